// The page's behaviour. It makes no words and no markup of its own: words come from the catalogue by the form's
// data-words, an article's words are only ever split into nodes, and what a reader typed is set as text.
"use strict";
(() => {
  const WAIT_MS = 300, SLOW_MS = 5000, LOST_MS = 60000, POLL_MS = 1000, COUNT_FROM = 160, UNBROKEN = 10;
  const root = document.documentElement;
  const wide = matchMedia("(min-width: 1024px)");
  const narrow = matchMedia("(max-width: 599px)");
  const mouse = matchMedia("(hover: hover) and (pointer: fine)");
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const points = (text) => [...text];

  let send = () => {};          // Sends an event to the server.
  let words = {}, limit = 200;
  let pending = null;           // The question that is being answered.
  let timers = [];
  let lastQuestion = "";
  let offline = false;
  let opener = null;            // What had the focus before the source was opened.
  let shown = { quotes: [], index: 0 };  // The quotes that the source panel steps through.
  let wanted = null;            // What to show once the panel has its article.
  const unfolded = new Set();

  const fill = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const store = (name, value) => {
    try { value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value); } catch { /* private */ }
  };

  // ---- Light and dark: following the system unless the reader chose otherwise ----
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (stored("szai-theme") ?? (systemDark.matches ? "dark" : "light")) === "dark";
  const applyTheme = () => root.classList.toggle("dark", isDark());
  function toggleTheme() {
    const dark = !isDark();
    store("szai-theme", dark === systemDark.matches ? null : dark ? "dark" : "light");
    applyTheme();
  }
  systemDark.addEventListener("change", applyTheme);
  applyTheme();

  // ---- Asking ----
  const box = () => byId("question");
  const typed = () => box().value.trim();

  function ask(question) {
    question = question.trim();
    if (offline) checkConnection();
    if (pending !== null || offline || !question || points(question).length > limit) return;
    pending = lastQuestion = question;
    if (typed() === question) box().value = "";
    showPending();
    refreshBox();
    send("ask", { question, shown: all(".turn").length });
  }

  function showPending() {
    const area = byId("pending"), searching = area.querySelector(".searching");
    area.querySelector(".pending-question").textContent = pending;
    area.querySelector(".lost").hidden = searching.hidden = true;
    area.querySelector(".wait").textContent = words["wait"];
    area.hidden = false;
    byId("main").classList.add("asking");
    scrollToQuestion(area);
    timers = [
      setTimeout(() => { searching.hidden = false; say(words["wait"]); }, WAIT_MS),
      setTimeout(() => { area.querySelector(".wait").textContent = words["wait.slow"]; }, SLOW_MS),
      setTimeout(failed, LOST_MS),
    ];
  }

  function endPending() {
    timers.forEach(clearTimeout);
    pending = null;
    byId("main").classList.remove("asking");
    refreshBox();
  }

  // The server could not be reached, or gave no answer that the page understands.
  function failed() {
    if (pending === null) { checkConnection(); return; }
    const area = byId("pending"), lost = area.querySelector(".lost");
    lost.querySelector("[data-do=ask]").dataset.text = pending;
    area.querySelector(".searching").hidden = true;
    lost.hidden = false;
    endPending();
    checkConnection();
  }

  // Gradio answers a lost connection by reloading the page, and the conversation is gone; told of an ordinary
  // failure instead, it leaves the page to us.
  const plainFetch = window.fetch;
  window.fetch = async (...request) => {
    try {
      return await plainFetch(...request);
    } catch (problem) {
      if (!String(request[0]?.url ?? request[0]).includes("/run/predict")) throw problem;
      return Response.json({ error: null }, { status: 500 });
    }
  };

  async function checkConnection() {
    let reached = false;
    try { reached = (await plainFetch("healthz", { cache: "no-store" })).status < 500; } catch { /* no connection */ }
    setOffline(!reached);
    if (!reached) setTimeout(checkConnection, 3 * POLL_MS);
  }

  function setOffline(value) {
    offline = value;
    byId("offline").hidden = !value;
    byId("send").querySelector(".wide").textContent = words[value ? "offline.button" : "ask.button"];
    refreshBox();
  }

  function refreshBox() {
    const area = box(), length = points(typed()).length, excess = length - limit;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
    area.readOnly = pending !== null;
    byId("send").disabled = pending !== null || offline || length === 0 || excess > 0;
    byId("send").classList.toggle("off", offline || excess > 0);
    byId("ask-form").classList.toggle("too-long", excess > 0);
    area.setAttribute("aria-invalid", String(excess > 0));
    byId("counter").hidden = length < Math.min(COUNT_FROM, limit);
    byId("counter").querySelector(".count").textContent = `${length} / ${limit}`;
    byId("excess").textContent = excess > 0 ? fill("too.long", { n: excess }) : "";
    area.placeholder = words[all(".turn").length && narrow.matches ? "ask.more" : "ask.placeholder"];
  }

  // ---- The conversation ----
  function onTalk() {
    const starting = document.querySelector("[data-starting]");
    if (starting) { setTimeout(view, POLL_MS); return; }
    const turns = all(".turn"), last = turns.at(-1);
    syncFolds();
    if (pending !== null && turns.every((turn) => turn !== last || turn.dataset.seen)) {
      // The view came from a poll while the index was loading: now the question can be asked.
      send("ask", { question: pending, shown: turns.length });
      return;
    }
    byId("pending").hidden = true;
    endPending();
    if (!last) { showSource([], 0); return; }
    last.dataset.seen = "yes";
    scrollToQuestion(last);
    say(last.dataset.announce);
    if (document.activeElement === document.body || !document.activeElement) {
      if (mouse.matches) box().focus({ preventScroll: true });
    }
    if (wide.matches && root.dataset.source === "open") showSource(quotesOf(last), 0);
    else setShown([], 0);
  }

  // An article is only sent to a screen that has room for it from the start.
  function view(language = stored("szai-language") ?? "") {
    wanted ??= shown;
    send("view", { language, panel: wide.matches || shownArticle() ? 1 : 0, article: shownArticle() ?? "" });
  }

  function scrollToQuestion(element) {
    const view = byId("scroll"), question = element.querySelector(".question");
    view.scrollTop += question.getBoundingClientRect().top - view.getBoundingClientRect().top - (narrow.matches ? 12 : 32);
  }

  // The status line is emptied first, or a repeated message is not read out.
  function say(text) {
    const line = byId("status");
    line.textContent = "";
    if (text) requestAnimationFrame(() => { line.textContent = text; });
  }

  function syncFolds() {
    for (const turn of all(".turn")) {
      const open = unfolded.has(turn.dataset.turn);
      turn.classList.toggle("unfolded", open);
      turn.querySelector(".fold").setAttribute("aria-expanded", String(open));
    }
  }

  // ---- The source panel ----
  function quotesOf(turn) {
    return all("[data-start]", turn).map((element) => ({ element, ...element.dataset }));
  }

  const shownArticle = () => byId("panel").querySelector(".sheet")?.dataset.article;

  function showSource(quotes, index, open = false, article = quotes[index]?.article ?? shownArticle()) {
    wanted = { quotes, index, open };
    if (article === shownArticle()) onPanel();
    else send("read", { article });
  }

  function setShown(quotes, index) {
    all(".quote.current").forEach((element) => element.classList.remove("current"));
    shown = { quotes, index };
    if (root.dataset.source === "open") quotes[index]?.element.classList.add("current");
  }

  function onPanel() {
    const { quotes, index, open } = wanted ?? { quotes: [], index: 0, open: false };
    wanted = null;
    if (open) openSource();
    setShown(quotes, index);
    markArticle();
  }

  function markArticle() {
    const sheet = byId("panel").querySelector(".sheet");
    if (!sheet) return;
    all("button.number", sheet).forEach((button) => button.remove());
    all(".quoted", sheet).forEach((span) => { span.className = ""; span.textContent = span.textContent; });
    shown.quotes.forEach((quote, index) => {
      const span = sheet.querySelector(`[data-start="${quote.start}"]`);
      if (span && quote.article === sheet.dataset.article) markSentence(span, quote, index);
    });
    const current = sheet.querySelector(".current"), quote = shown.quotes[shown.index];
    const view = sheet.querySelector(".article");
    view.scrollTop = current ? placeOf(current, view) : 0;
    sheet.querySelector(".steps").hidden = !quote;
    const link = sheet.querySelector(".original");
    if (link) link.href = quote?.url ?? link.dataset.url;
    if (!quote) return;
    const numbers = { i: shown.index + 1, n: shown.quotes.length };
    sheet.querySelector(".count").textContent = fill("near" in quote ? "panel.near" : "panel.count", numbers);
    all("[data-do=previous], [data-do=next]", sheet).forEach((b) => { b.disabled = shown.quotes.length < 2; });
  }

  // The heading is kept in view with the quote where both fit.
  function placeOf(current, view) {
    const top = (element) => element.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop;
    let block = current.parentElement;
    while (block && block.tagName !== "H3") block = block.previousElementSibling;
    const near = block && top(current) + current.offsetHeight - top(block) < view.clientHeight - 80;
    return near ? top(block) - 24 : top(current) - view.clientHeight / 4;
  }

  // Splits a sentence's text into nodes; offsets count code points, as everywhere on the server.
  function markSentence(span, quote, index) {
    const characters = points(span.textContent), base = Number(quote.start), now = index === shown.index;
    span.className = `quoted${"near" in quote ? " near" : ""}${now ? " current" : ""}`;
    if (quote.markStart !== undefined) {
      const from = quote.markStart - base, to = quote.markEnd - base, mark = document.createElement("mark");
      mark.textContent = characters.slice(from, to).join("");
      if (to - from <= UNBROKEN) mark.className = "unbroken";
      span.replaceChildren(characters.slice(0, from).join(""), mark, characters.slice(to).join(""));
    }
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: `number${now ? " current" : ""}`, textContent: quote.n });
    button.dataset.do = "step";
    button.dataset.index = index;
    button.setAttribute("aria-label", fill("panel.count", { i: index + 1, n: shown.quotes.length }));
    span.after(button);
  }

  const isSheet = () => !wide.matches && root.dataset.source === "open";

  function openSource() {
    if (root.dataset.source === "open") return;
    opener = document.activeElement;
    root.dataset.source = "open";
    if (wide.matches) return;
    history.pushState({ source: true }, "");
    setInert(true);
    requestAnimationFrame(() => byId("panel").querySelector("[data-do=close]")?.focus({ preventScroll: true }));
  }

  function closeSource() {
    if (root.dataset.source !== "open") return;
    if (isSheet() && history.state?.source) history.back(); else hideSource();
  }

  function hideSource() {
    root.dataset.source = "closed";
    setInert(false);
    all(".quote.current").forEach((element) => element.classList.remove("current"));
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }

  function setInert(value) {
    ["top", "main"].forEach((id) => { byId(id).inert = value; });
  }

  function step(by) {
    const { quotes, index } = shown;
    if (quotes.length && root.dataset.source === "open") showSource(quotes, (index + by + quotes.length) % quotes.length);
  }

  // ---- Everything that can be clicked: one listener ----
  const actions = {
    ask: (element) => ask(element.dataset.text),
    edit: (element) => { box().value = element.dataset.text; refreshBox(); box().focus(); },
    copy: (element) => copy(element),
    cite: (element) => {
      const quotes = quotesOf(element.closest(".turn"));
      if (root.dataset.source === "open") opener = element;
      showSource(quotes, quotes.findIndex((quote) => quote.n === element.dataset.n), true);
    },
    fold: (element) => {
      const id = element.closest(".turn").dataset.turn;
      unfolded.has(id) ? unfolded.delete(id) : unfolded.add(id);
      syncFolds();
    },
    previous: () => step(-1),
    next: () => step(1),
    step: (element) => showSource(shown.quotes, Number(element.dataset.index)),
    close: closeSource,
    read: (element) => {
      byId("about").close();
      showSource([], 0, true, element.dataset.article);
    },
    about: () => { byId("keys").checked = stored("szai-keys") !== "off"; byId("about").showModal(); },
    "close-dialog": (element) => element.closest("dialog").close(),
    new: () => { if (all(".turn").length) byId("confirm").showModal(); else box().focus(); },
    "new-yes": () => { byId("confirm").close(); unfolded.clear(); send("clear", {}); box().focus(); },
    theme: toggleTheme,
    language: (element) => {
      const list = byId("languages");
      if (narrow.matches && list.dataset.open !== "yes") { list.dataset.open = "yes"; return; }
      list.dataset.open = "no";
      store("szai-language", element.dataset.language);
      view(element.dataset.language);
    },
    menu: () => setMenu(byId("menu").dataset.open !== "yes"),
    skip: () => box().focus(),
  };

  function setMenu(open) {
    byId("menu").dataset.open = open ? "yes" : "no";
    document.querySelector("[data-do=menu]").setAttribute("aria-expanded", String(open));
  }

  async function copy(button) {
    const label = button.querySelector("span"), text = button.dataset.text, before = label.textContent;
    let copied = false;
    try { await navigator.clipboard.writeText(text); copied = true; } catch { copied = copyByHand(text); }
    label.textContent = words[copied ? "copy.done" : "copy.failed"];
    say(label.textContent);
    setTimeout(() => { label.textContent = before; }, 3000);
  }

  // Outside https and localhost browsers have no clipboard for scripts, but still copy a selection.
  function copyByHand(text) {
    const area = document.createElement("textarea"), focused = document.activeElement;
    area.value = text;
    area.className = "vh";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return copied;
  }

  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-do]");
    if (!element?.matches("[data-do=menu]") && byId("menu")?.dataset.open === "yes") setMenu(false);
    if (!element?.matches("[data-do=language]") && byId("languages")?.dataset.open === "yes") byId("languages").dataset.open = "no";
    if (event.target.matches?.("dialog")) event.target.close();
    if (!element) return;
    if (element.tagName === "A") event.preventDefault();
    actions[element.dataset.do]?.(element);
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const field = event.target.closest?.("textarea, input"), modified = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      if (byId("menu")?.dataset.open === "yes") setMenu(false); else closeSource();
    } else if (field?.id === "question") {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); ask(box().value); }
      else if (event.key === "ArrowUp" && !field.value && lastQuestion) { field.value = lastQuestion; refreshBox(); }
    } else if (!field && !modified && stored("szai-keys") !== "off") {
      if (event.key === "/") { event.preventDefault(); box().focus(); }
      else if (event.key === "[") step(-1);
      else if (event.key === "]") step(1);
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "keys") store("szai-keys", event.target.checked ? null : "off");
  });
  addEventListener("popstate", () => { if (root.dataset.source === "open" && !wide.matches) hideSource(); });
  addEventListener("offline", () => setOffline(true));
  addEventListener("online", checkConnection);
  wide.addEventListener("change", () => {
    setInert(false);
    root.dataset.source = wide.matches && byId("panel").querySelector(".sheet") ? "open" : "closed";
  });

  function onBox() {
    const form = byId("ask-form");
    words = JSON.parse(form.dataset.words);
    limit = Number(form.dataset.max);
    root.lang = form.dataset.language;
    document.title = form.dataset.title;
    setOffline(offline);
  }

  function connectBox(element, trigger, watch) {
    send = trigger;
    watch("value", onBox);
    onBox();
    const form = byId("ask-form");
    form.addEventListener("submit", (event) => { event.preventDefault(); ask(box().value); });
    box().addEventListener("input", refreshBox);
    if (wide.matches) root.dataset.source = "open";
    for (const [id, role] of [["top", "banner"], ["main", "main"], ["panel", "complementary"]]) {
      byId(id).setAttribute("role", role);
    }
    document.querySelector("main.contain")?.setAttribute("role", "presentation");
    if (mouse.matches && wide.matches) box().focus();
    if (!navigator.onLine) setOffline(true);
    view();
  }

  const nothing = () => {};
  window.szaiChat = {
    talk: (element, trigger, watch) => watch("value", onTalk),
    panel: (element, trigger, watch) => watch("value", onPanel),
    box: connectBox,
    top: nothing, waiting: nothing, more: nothing,
    failed,
  };
})();
