// The sentences that a reviewer picks in the article: by click, by keys, kept over a change of article.
"use strict";
window.szaiPicking = (() => {
  const { all, byId } = window.szai;
  const text = (key, values = {}) => window.szai.words(key, values);
  let picked = [];
  let changed = () => {};

  const sentences = () => all("#source .sentence");
  const shown = () => document.querySelector("#source .article")?.dataset.sha;
  const placed = (sentence) => ({
    sha: shown(), start: Number(sentence.dataset.start), end: Number(sentence.dataset.end), place: sentence.dataset.place,
  });
  const same = (one, other) => one.sha === other.sha && one.start === other.start && one.end === other.end;
  const find = (place) => place.sha === shown()
    ? sentences().find((each) => Number(each.dataset.start) === place.start && Number(each.dataset.end) === place.end) : undefined;

  function draw() {
    for (const label of all("#source .label.yours")) label.remove();
    for (const sentence of sentences()) {
      const chosen = picked.some((each) => same(each, placed(sentence)));
      sentence.setAttribute("aria-checked", String(chosen));
      if (chosen) sentence.after(made("span", { className: "label yours", textContent: text("legend.yours"), lang: document.documentElement.lang }));
    }
    const line = byId("picked");
    if (!line) return;
    line.replaceChildren();
    if (!picked.length) return;
    line.append(made("span", { className: "tag ok", textContent: `✓ ${text("pick.picked")}` }));
    for (const each of picked) {
      const where = made("button", { type: "button", className: "where", textContent: each.place });
      where.addEventListener("click", () => goTo(each));
      const drop = made("button", { type: "button", className: "drop", textContent: "×", ariaLabel: text("pick.drop", { p: each.place }) });
      drop.addEventListener("click", () => { toggle(each); (byId("note")).focus(); });
      line.append(where, drop);
    }
  }

  const made = (name, values) => Object.assign(document.createElement(name), values);

  function toggle(place) {
    const before = picked.length;
    picked = picked.filter((each) => !same(each, place));
    if (picked.length === before) picked = [...picked, place];
    draw();
    changed();
  }

  // One sentence is in the order of tabbing, the arrows move between them.
  function rove(sentence, focus = true) {
    for (const each of all('#source .sentence[tabindex="0"]')) each.tabIndex = -1;
    if (!sentence) return;
    sentence.tabIndex = 0;
    if (!focus) return;
    sentence.focus({ preventScroll: true });
    sentence.scrollIntoView({ block: "nearest" });
  }
  const current = () => document.querySelector('#source .sentence[tabindex="0"]');

  function step(by) {
    const list = sentences(), at = list.indexOf(document.activeElement);
    rove(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
  }

  function goTo(place) {
    const sentence = find(place);
    if (!sentence) return false;
    sentence.scrollIntoView({ block: "center" });
    sentence.classList.remove("flash");
    void sentence.offsetWidth;
    sentence.classList.add("flash");
    rove(sentence, false);
    return true;
  }

  // At opening, the article stands at what the answer quoted.
  function open(kept) {
    picked = kept;
    const first = document.querySelector('#source .sentence[data-n="1"]');
    rove(first ?? document.querySelector("#source .sentence.system") ?? sentences()[0], false);
    draw();
    show();
  }

  function show() {
    if (current() !== sentences()[0]) current()?.scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    const sentence = event.target.closest?.("#source .sentence");
    if (!sentence || String(getSelection())) return;
    toggle(placed(sentence));
    rove(sentence, false);
  });

  return {
    open, draw, step, goTo, show,
    enter: () => rove(current() ?? sentences()[0]),
    pick: () => toggle(placed(document.activeElement)),
    inside: () => document.activeElement?.classList.contains("sentence") ?? false,
    picked: () => picked,
    onChange: (listener) => { changed = listener; },
  };
})();
