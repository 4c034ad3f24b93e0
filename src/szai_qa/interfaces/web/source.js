// The source panel: beside the conversation where there is room, a sheet over it elsewhere. An article comes from
// the server once; here its sentences are marked, by splitting their text into nodes and in no other way.
"use strict";
szai.source = (() => {
  const { root, byId, all, points, words, wide } = szai;
  const UNBROKEN = 10;
  let opener = null;                     // What had the focus before the panel was opened.
  let shown = { quotes: [], index: 0 };  // The quotes that the panel steps through.
  let wanted = null;                     // What to show once the panel has its article.

  const sheet = () => byId("panel").querySelector(".sheet");
  const article = () => sheet()?.dataset.article ?? "";
  const isOpen = () => root.dataset.source === "open";

  // The quotes of a turn, or of a list, with where they stand in their articles.
  const quotesOf = (turn) => all("[data-start]", turn).map((element) => ({ element, ...element.dataset }));

  // Shows quote `index` of `quotes` in its article, fetching the article if the panel holds another one.
  function show(quotes, index, { open = false, article: id = quotes[index]?.article ?? article() } = {}) {
    wanted = { quotes, index, open };
    if (id === article()) refresh(); else szai.send("read", { article: id });
  }

  function refresh() {
    const { quotes, index, open } = wanted ?? shown;
    wanted = null;
    if (open) openPanel();
    set(quotes, index);
    mark();
  }

  function set(quotes, index) {
    all(".quote.current").forEach((element) => element.classList.remove("current"));
    shown = { quotes, index };
    if (isOpen()) quotes[index]?.element.classList.add("current");
  }

  function mark() {
    const panel = sheet(), quote = shown.quotes[shown.index];
    if (!panel) return;
    all("button.number", panel).forEach((button) => button.remove());
    all(".quoted", panel).forEach((span) => { span.className = ""; span.textContent = span.textContent; });
    shown.quotes.forEach((each, index) => {
      const span = panel.querySelector(`[data-start="${each.start}"]`);
      if (span && each.article === article()) markSentence(span, each, index);
    });
    const current = panel.querySelector(".quoted.current"), view = panel.querySelector(".article");
    view.scrollTop = current ? placeOf(current, view) : 0;
    panel.querySelector(".steps").hidden = !quote;
    const link = panel.querySelector(".original");
    if (link) link.href = quote?.url ?? link.dataset.url;
    if (!quote) return;
    panel.querySelector(".count").textContent = countOf(quote, shown.index);
    all("[data-do=previous], [data-do=next]", panel).forEach((b) => { b.disabled = shown.quotes.length < 2; });
  }

  const countOf = (quote, index) =>
    words("near" in quote ? "panel.near" : "panel.count", { i: index + 1, n: shown.quotes.length });

  // The heading is kept in view with the quote where both fit.
  function placeOf(current, view) {
    const top = (element) => element.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop;
    let block = current.parentElement;
    while (block && block.tagName !== "H3") block = block.previousElementSibling;
    const fits = block && top(current) + current.offsetHeight - top(block) < view.clientHeight - 80;
    return fits ? top(block) - 24 : top(current) - view.clientHeight / 4;
  }

  function markSentence(span, quote, index) {
    const characters = points(span.textContent), now = index === shown.index;
    span.className = `quoted${"near" in quote ? " near" : ""}${now ? " current" : ""}`;
    if (quote.markStart !== undefined) {
      const from = quote.markStart - quote.start, to = quote.markEnd - quote.start;
      const highlight = document.createElement("mark");
      highlight.textContent = characters.slice(from, to).join("");
      if (to - from <= UNBROKEN) highlight.className = "unbroken";
      span.replaceChildren(characters.slice(0, from).join(""), highlight, characters.slice(to).join(""));
    }
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: `number${now ? " current" : ""}`, textContent: quote.n });
    Object.assign(button.dataset, { do: "step", index });
    button.setAttribute("aria-label", countOf(quote, index));
    span.after(button);
  }

  function openPanel() {
    if (isOpen()) return;
    opener = document.activeElement;
    root.dataset.source = "open";
    if (wide.matches) return;
    history.pushState({ source: true }, "");
    setInert(true);
    requestAnimationFrame(() => sheet()?.querySelector("[data-do=close]").focus({ preventScroll: true }));
  }

  // On a phone opening the sheet is a step that the browser's Back undoes, so closing it goes back.
  function close() {
    if (!isOpen()) return;
    if (!wide.matches && history.state?.source) history.back(); else hide();
  }

  function hide() {
    root.dataset.source = "closed";
    setInert(false);
    all(".quote.current").forEach((element) => element.classList.remove("current"));
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }

  const setInert = (value) => ["top", "main"].forEach((id) => { byId(id).inert = value; });

  function step(by) {
    const { quotes, index } = shown;
    if (quotes.length && isOpen()) show(quotes, (index + by + quotes.length) % quotes.length);
  }

  // Opens the panel at the quote that a button in the conversation names.
  function cite(button) {
    const quotes = quotesOf(button.closest(".turn"));
    if (isOpen()) opener = button;
    show(quotes, quotes.findIndex((quote) => quote.n === button.dataset.n), { open: true });
  }

  addEventListener("popstate", () => { if (isOpen() && !wide.matches) hide(); });
  wide.addEventListener("change", () => {
    setInert(false);
    root.dataset.source = wide.matches && sheet() ? "open" : "closed";
  });

  return {
    article, isOpen, quotesOf, show, set, refresh, step, cite, close,
    stepTo: (index) => show(shown.quotes, index),
    again: () => set(shown.quotes, shown.index),
  };
})();
