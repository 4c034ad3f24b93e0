// The report's script: language, light and dark, filter, search and sort; nothing is fetched.
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const asked = new URLSearchParams(location.hash.slice(1));
  root.lang = asked.get("lang") ?? root.lang;
  const dark = asked.get("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.classList.toggle("dark", dark === "dark");
  document.getElementById("language").onclick = () => { root.lang = root.lang === "en" ? "zh-Hans" : "en"; };
  document.getElementById("theme").onclick = () => root.classList.toggle("dark");

  const list = document.getElementById("questions");
  if (!list) return;
  const body = list.tBodies[0], rows = all("tr", body);
  const search = document.getElementById("search"), none = document.getElementById("none");
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const haystacks = new Map(rows.map((row) => [row, fold(row.innerText)]));
  let chosen = all(".filters [aria-pressed=true]")[0]?.dataset.filter ?? "all";

  function matches(row) {
    if (chosen === "missed" ? row.dataset.right !== "no" : chosen !== "all" && row.dataset.result !== chosen) return false;
    return haystacks.get(row).includes(fold(search.value.trim()));
  }

  function apply() {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !matches(row);
      shown += row.hidden ? 0 : 1;
      if (row.hidden) window.szaiDetails.close(row);
    }
    none.hidden = shown > 0;
    all(".shown-count").forEach((element) => { element.textContent = shown; });
  }

  function sortBy(header) {
    const down = header.getAttribute("aria-sort") === "ascending", key = header.dataset.key;
    all("th[aria-sort]", list).forEach((other) => other.setAttribute("aria-sort", "none"));
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => (key === "number" || key === "confidence" ? Number(row.dataset[key]) : row.dataset[key]);
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    rows.sort((a, b) => (down ? -1 : 1) * compare(value(a), value(b)) || compare(Number(a.dataset.number), Number(b.dataset.number)));
    rows.forEach(window.szaiDetails.close);
    body.append(...rows);
  }

  for (const button of all(".filters button")) {
    button.onclick = () => {
      chosen = button.dataset.filter;
      all(".filters button").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      apply();
    };
  }
  search.oninput = apply;
  all("th[aria-sort]", list).forEach((header) => { header.querySelector("button").onclick = () => sortBy(header); });
  body.onclick = (event) => {
    const button = event.target.closest(".open");
    if (button) window.szaiDetails.toggle(button.closest("tr"));
  };
  apply();
})();
