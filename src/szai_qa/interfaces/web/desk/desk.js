// What every page of the desk does: light and dark, times in the reader's own zone.
"use strict";
(() => {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-do=theme]")) window.szai.toggleTheme();
  });
  const two = (number) => String(number).padStart(2, "0");
  window.szaiTimes = (from = document) => {
    for (const time of window.szai.all("time[datetime]", from)) {
      const at = new Date(time.dateTime);
      const day = at.toDateString() === new Date().toDateString() ? "" : `${two(at.getMonth() + 1)}-${two(at.getDate())} `;
      time.textContent = `${day}${two(at.getHours())}:${two(at.getMinutes())}`;
    }
  };
  window.szaiTimes();
})();
