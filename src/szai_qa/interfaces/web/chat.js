// Asking, the conversation, and everything that can be clicked. The page's words come from the catalogue; what a
// reader typed is only ever set as text.
"use strict";
window.szaiChat = (() => {
  const { root, byId, all, points, words, stored, store, say, wide, narrow, mouse, source } = szai;
  const WAIT_MS = 300, SLOW_MS = 5000, LOST_MS = 60000, POLL_MS = 1000, COUNT_FROM = 160;
  let limit = 200;
  let pending = null;     // The question that is being answered.
  let timers = [];
  let lastQuestion = "";
  let lastTurn = null;    // The newest turn that was shown.
  let ready = false;      // Whether the server has shown its first view, and so can be asked.
  let offline = false;
  const unfolded = new Set();
  let complaining = null; // The turn whose reasons for a thumb down are open.
  let judged = null;      // The turn on which the reader has just said something.

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
    if (ready) sendQuestion();
  }

  const sendQuestion = () => szai.send("ask", { question: pending, shown: all(".turn").length, language: root.lang });

  function showPending() {
    const area = byId("pending"), searching = area.querySelector(".searching"), wait = area.querySelector(".wait");
    area.querySelector(".pending-question").textContent = pending;
    area.querySelector(".lost").hidden = searching.hidden = true;
    wait.textContent = words("wait");
    area.hidden = false;
    byId("main").classList.add("asking");
    scrollToQuestion(area);
    timers = [
      setTimeout(() => { searching.hidden = false; say(words("wait")); }, WAIT_MS),
      setTimeout(() => { wait.textContent = words("wait.slow"); }, SLOW_MS),
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
    if (pending !== null) {
      const area = byId("pending"), lost = area.querySelector(".lost");
      lost.querySelector("[data-do=ask]").dataset.text = pending;
      area.querySelector(".searching").hidden = true;
      lost.hidden = false;
      endPending();
    }
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
    if (reached && !ready) view();
    if (!reached) setTimeout(checkConnection, 2 * POLL_MS);
  }

  function setOffline(value) {
    offline = value;
    byId("offline").hidden = !value;
    byId("send").querySelector(".wide").textContent = words(value ? "offline.button" : "ask.button");
    refreshBox();
  }

  function refreshBox() {
    const area = box(), form = byId("ask-form"), send = byId("send"), counter = byId("counter");
    const length = points(typed()).length, excess = length - limit;
    area.placeholder = words(all(".turn").length && narrow.matches ? "ask.more" : "ask.placeholder");
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
    area.readOnly = pending !== null;
    area.setAttribute("aria-invalid", String(excess > 0));
    send.disabled = pending !== null || offline || length === 0 || excess > 0;
    send.classList.toggle("off", offline || excess > 0);
    form.classList.toggle("too-long", excess > 0);
    counter.hidden = length < Math.min(COUNT_FROM, limit);
    counter.querySelector(".count").textContent = `${length} / ${limit}`;
    byId("excess").textContent = excess > 0 ? words("too.long", { n: excess }) : "";
  }

  // ---- The conversation ----
  function onTalk() {
    const asked = ready ? null : pending;  // What was asked before the index was loaded.
    ready = !document.querySelector("[data-starting]");
    if (!ready) { setTimeout(view, POLL_MS); return; }
    const last = all(".turn").at(-1), id = last?.dataset.turn ?? null, isNew = id !== lastTurn;
    lastTurn = id;
    syncFolds();
    syncReasons();
    if (asked !== null) { sendQuestion(); return; }
    byId("pending").hidden = true;
    endPending();
    if (!last) source.show([], 0);
    else if (isNew) showTurn(last);
    else source.again();
    announceFeedback();
  }

  // ---- What the reader says of an answer ----
  function sendFeedback(element) {
    if (pending !== null) return;  // The answer that is on its way would bring the conversation back as it was.
    const { feedback, reason = "" } = element.dataset;
    complaining = null;
    judged = element.closest(".turn").dataset.turn;
    syncReasons();
    szai.send("feedback", { turn: judged, feedback, reason });
  }

  function toggleReasons(element) {
    const id = element.closest(".turn").dataset.turn;
    complaining = complaining === id ? null : id;
    syncReasons();
    if (complaining) element.closest(".turn").querySelector(".reasons button").focus();
  }

  function syncReasons() {
    for (const turn of all(".turn")) {
      const open = turn.dataset.turn === complaining;
      turn.classList.toggle("complaining", open);
      turn.querySelector("[data-do=reasons]")?.setAttribute("aria-expanded", String(open));
    }
  }

  // Said once, and only as the outcome of what the reader has just done.
  function announceFeedback() {
    const line = judged && document.querySelector(`.turn[data-turn="${judged}"] .said`);
    judged = null;
    if (line) say(line.dataset.said);
  }

  function showTurn(turn) {
    scrollToQuestion(turn);
    say(turn.dataset.announce);
    if (document.activeElement === document.body && mouse.matches) box().focus({ preventScroll: true });
    if (wide.matches && source.isOpen()) source.show(source.quotesOf(turn), 0); else source.set([], 0);
  }

  // An article is only sent at once to a screen that has room for it.
  function view(language = stored("szai-language") ?? "") {
    szai.send("view", { language, panel: wide.matches || source.article() ? 1 : 0, article: source.article() });
  }

  function scrollToQuestion(element) {
    const talk = byId("scroll"), top = (each) => each.getBoundingClientRect().top;
    talk.scrollTop += top(element.querySelector(".question")) - top(talk) - (narrow.matches ? 12 : 32);
  }

  function syncFolds() {
    for (const turn of all(".turn")) {
      const open = unfolded.has(turn.dataset.turn);
      turn.classList.toggle("unfolded", open);
      turn.querySelector(".fold").setAttribute("aria-expanded", String(open));
    }
  }

  // ---- Everything that can be clicked: one listener ----
  const actions = {
    ask: (element) => ask(element.dataset.text),
    edit: (element) => { box().value = element.dataset.text; refreshBox(); box().focus(); },
    copy: szai.copy,
    feedback: sendFeedback,
    reasons: toggleReasons,
    cite: source.cite,
    fold: (element) => {
      const id = element.closest(".turn").dataset.turn;
      if (!unfolded.delete(id)) unfolded.add(id);
      syncFolds();
    },
    previous: () => source.step(-1),
    next: () => source.step(1),
    step: (element) => source.stepTo(Number(element.dataset.index)),
    close: source.close,
    read: (element) => { byId("about").close(); source.show([], 0, { open: true, article: element.dataset.article }); },
    about: () => { byId("keys").checked = stored("szai-keys") !== "off"; byId("about").showModal(); },
    "close-dialog": (element) => element.closest("dialog").close(),
    new: () => { if (all(".turn").length) byId("confirm").showModal(); else box().focus(); },
    "new-yes": () => {
      byId("confirm").close();
      box().focus();
      if (pending !== null) return;  // The answer that is on its way would bring the conversation back.
      unfolded.clear();
      szai.send("clear", {});
    },
    theme: szai.toggleTheme,
    menu: () => setOpen("menu", byId("menu").dataset.open !== "yes"),
    language: (element) => {
      // On a phone only the present language is seen; the first tap shows the others.
      if (narrow.matches && byId("languages").dataset.open !== "yes") { setOpen("languages", true); return; }
      setOpen("languages", false);
      if (pending !== null) return;
      store("szai-language", element.dataset.language);
      view(element.dataset.language);
    },
    skip: () => box().focus(),
  };

  function setOpen(id, open) {
    byId(id).dataset.open = open ? "yes" : "no";
    document.querySelector(`[aria-controls=${id}]`)?.setAttribute("aria-expanded", String(open));
  }

  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-do]"), action = element?.dataset.do;
    for (const [id, own] of [["menu", "menu"], ["languages", "language"]]) {
      if (action !== own && byId(id)?.dataset.open === "yes") setOpen(id, false);
    }
    if (event.target.matches?.("dialog")) event.target.close();
    if (!element) return;
    if (element.tagName === "A") event.preventDefault();
    actions[action](element);
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "keys") store("szai-keys", event.target.checked ? null : "off");
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;  // An input method uses Enter and Escape itself.
    const field = event.target.closest?.("textarea, input"), modified = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      if (byId("menu").dataset.open === "yes") setOpen("menu", false); else source.close();
    } else if (field?.id === "question") {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); ask(field.value); }
      else if (event.key === "ArrowUp" && !field.value && lastQuestion) { field.value = lastQuestion; refreshBox(); }
    } else if (!field && !modified && stored("szai-keys") !== "off") {
      if (event.key === "/") { event.preventDefault(); box().focus(); }
      else if (event.key === "[") source.step(-1);
      else if (event.key === "]") source.step(1);
    }
  });

  // The browser's own word is only a hint: without an outside network it says offline, and this site may still be
  // there, on the same machine.
  addEventListener("offline", checkConnection);
  addEventListener("online", checkConnection);

  // ---- Gradio's components tell when they are there, and when they have changed ----
  function onBox() {
    const form = byId("ask-form");
    szai.setWords(JSON.parse(form.dataset.words));
    limit = Number(form.dataset.max);
    root.lang = form.dataset.language;
    document.title = form.dataset.title;
    setOffline(offline);
  }

  function connectBox(element, trigger, watch) {
    szai.send = trigger;
    watch("value", onBox);
    onBox();
    byId("ask-form").addEventListener("submit", (event) => { event.preventDefault(); ask(box().value); });
    box().addEventListener("input", refreshBox);
    const roles = { top: "banner", main: "main", panel: "complementary" };
    Object.entries(roles).forEach(([id, role]) => byId(id).setAttribute("role", role));
    document.querySelector("main.contain")?.setAttribute("role", "presentation");  // Ours is the only one.
    if (wide.matches) root.dataset.source = "open";
    if (wide.matches && mouse.matches) box().focus();
    view();
  }

  return {
    talk: (element, trigger, watch) => watch("value", onTalk),
    panel: (element, trigger, watch) => watch("value", source.refresh),
    box: connectBox,
    top: () => {}, waiting: () => {}, more: () => {},
    failed,
  };
})();
