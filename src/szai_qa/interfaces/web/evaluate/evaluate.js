// The evaluation page's script: uploads, buttons, and asking for the cards while something runs.
"use strict";
(() => {
  const { byId, all, say, root } = window.szai;
  const EVERY_MS = 1000;
  let timer = 0, custom = "", known = null;

  const frame = byId("report");
  if (frame) {
    const theme = root.classList.contains("dark") ? "dark" : "light";
    frame.src = `${frame.dataset.src}#${new URLSearchParams({ lang: root.lang === "en" ? "en" : "zh-Hans", theme })}`;
    return;
  }
  if (!byId("set")) return;

  function fault(text) {
    byId("fault").hidden = !text;
    byId("fault-text").textContent = text;
  }

  async function fetchJson(address, options = {}) {
    const response = await fetch(address, options);
    if (response.status === 401) { location.reload(); throw new Error("signed out"); }
    const text = await response.text();
    let value = {};
    try { value = JSON.parse(text); } catch { if (response.ok) throw new Error(text); }
    if (!response.ok) throw new Error(value.error ? `${value.error.message} ${value.error.hint}`.trim() : text);
    return value;
  }

  // A card that is the same stays as it is; else what was ticked and where the focus was is kept.
  function renew(id, html) {
    const card = byId(id);
    if (card.dataset.html === html) return;
    const ticked = all("input.pick:checked, #skip:checked, .promises input:checked", card).map((input) => input.id);
    const focused = card.contains(document.activeElement) ? document.activeElement.id : "", typed = byId("custom")?.value;
    card.dataset.html = html;
    card.innerHTML = html;
    for (const input of ticked) if (byId(input) && !byId(input).disabled) byId(input).checked = true;
    if (id === "dial" && typed && byId("custom") && !byId("custom").value) byId("custom").value = typed;
    if (focused) byId(focused)?.focus();
    window.szaiTimes(card);
    choose();
  }

  async function refresh() {
    clearTimeout(timer);
    try {
      const value = await fetchJson(`/evaluate/cards${custom ? `?risk=${encodeURIComponent(custom)}` : ""}`);
      for (const [id, html] of Object.entries(value.cards)) renew(id, html);
      if (known) for (const [job, told] of Object.entries(value.done)) if (!(job in known)) say(told);
      known = value.done;
      if (byId("fault").dataset.lost) { delete byId("fault").dataset.lost; fault(""); }
      if (value.active) timer = setTimeout(refresh, EVERY_MS);
    } catch (problem) {
      if (!(problem instanceof TypeError)) { custom = ""; fault(problem.message); return; }
      byId("fault").dataset.lost = "yes"; // The server can't be reached: it may be starting again.
      fault(byId("main").dataset.lost);
      timer = setTimeout(refresh, 3 * EVERY_MS);
    }
  }

  async function post(address, value) {
    fault("");
    try {
      const headers = { "content-type": "application/json" };
      const answer = await fetchJson(address, { method: "POST", headers, body: JSON.stringify(value) });
      if (answer.card) renew("set", answer.card);
    } catch (problem) { fault(problem.message); }
    await refresh();
  }

  async function upload(file) {
    fault("");
    const drop = byId("drop");
    drop.classList.add("busy");
    drop.querySelector(".uploading").hidden = false;
    try {
      const address = `/evaluate/sets?name=${encodeURIComponent(file.name)}`;
      const answer = await fetchJson(address, { method: "POST", body: file });
      renew("set", answer.card);
      say(byId("set").querySelector(".counts")?.textContent ?? "");
    } catch (problem) {
      drop.classList.remove("busy");
      drop.querySelector(".uploading").hidden = true;
      byId("file").value = "";
      fault(problem.message);
    }
  }

  // What may be started, compared and applied depends on what is ticked.
  function choose() {
    const start = byId("start"), compare = byId("compare"), apply = byId("apply");
    if (start && byId("skip")) start.disabled = !byId("skip").checked;
    if (compare) compare.disabled = all("input.pick:checked").length !== 2;
    const risk = all(".promises input:checked")[0];
    if (apply) {
      apply.disabled = !risk;
      if (risk) apply.querySelector("span").textContent = risk.dataset.label;
    }
  }

  function ask(button, values, yes) {
    const dialog = byId("ask"), fill = (text = "") => text.replace(/\{(\w)\}/g, (_, name) => values[name]);
    const make = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
    const title = make("h2", fill(button.dataset.title)), row = make("div", "", "row");
    const no = make("button", button.dataset.no, "button"), go = make("button", button.dataset.yes, "button primary");
    title.id = "ask-title";
    no.onclick = () => dialog.close();
    go.onclick = () => { dialog.close(); yes(); };
    row.append(no, go);
    dialog.replaceChildren(title, make("p", fill(button.dataset.text)), row);
    dialog.showModal();
  }

  const actions = {
    start: (button) => post(`/evaluate/jobs/${button.dataset.job}/start`, { skip: Boolean(byId("skip")?.checked) }),
    stop: (button) => { button.disabled = true; post(`/evaluate/jobs/${button.dataset.job}/stop`, {}); },
    resume: (button) => post(`/evaluate/jobs/${button.dataset.job}/resume`, {}),
    remove: (button) => ask(button, {}, () => post(`/evaluate/jobs/${button.dataset.job}/remove`, {})),
    compare: () => {
      // The list is newest first: the earlier one is "before".
      const [b, a] = all("input.pick:checked").map((input) => input.value);
      location.href = `/evaluate/compare?a=${a}&b=${b}`;
    },
    apply: (button) => {
      const risk = all(".promises input:checked")[0];
      const values = { b: risk.dataset.threshold, r: risk.value, c: risk.dataset.coverage };
      ask(button, values, () => post("/evaluate/dial", { job: button.dataset.job, risk: risk.value }));
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-do]");
    if (button && !button.disabled) actions[button.dataset.do]?.(button);
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "file" && event.target.files.length) upload(event.target.files[0]); else choose();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "custom-form") return;
    event.preventDefault();
    custom = byId("custom").value;
    fault("");
    refresh();
  });
  const over = (event) => event.target.closest?.("#drop");
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      byId("drop").classList.toggle("over", name === "dragover" && Boolean(over(event)));
      if (name === "drop" && over(event) && event.dataTransfer.files.length) upload(event.dataTransfer.files[0]);
    });
  }
  refresh();
})();
