// The review page: opens answers without reloading, keys, drafts, verdicts that survive a lost connection.
"use strict";
(() => {
  const { all, byId, stored, store, words, setWords } = window.szai;
  const picking = window.szaiPicking;
  const user = document.body.dataset.user;
  const verdictNames = JSON.parse(document.body.dataset.verdicts);
  setWords(JSON.parse(document.body.dataset.words));
  const RETRY_MS = 10000, UNDO_MS = 10000, SLOW_MS = 300;
  let last = null;  // The verdict that U takes back.
  let opening = 0;

  const answer = () => byId("case").dataset.id;
  const form = () => byId("verdict");
  const rows = () => all("#queue .rows a");
  const draftName = (id) => `szai-draft ${user} ${id}`;
  const outboxName = `szai-outbox ${user}`;

  // ---- Messages ----
  let fading = 0;
  function say(text, { warn = false, action, href, onAction, stays = false } = {}) {
    const box = byId("message");
    clearTimeout(fading);
    box.replaceChildren(text);
    box.classList.toggle("warn", warn);
    if (action) {
      const item = Object.assign(document.createElement(href ? "a" : "button"), { textContent: action });
      if (href) item.href = href; else { item.type = "button"; item.addEventListener("click", onAction); }
      box.append(item);
    }
    if (!stays) fading = setTimeout(() => box.replaceChildren(), UNDO_MS);
  }
  const ended = () => say(words("login.ended"), {
    warn: true, stays: true, action: words("login.button"),
    href: `/login?why=ended&next=${encodeURIComponent(location.pathname + location.search)}`,
  });

  // ---- Opening ----
  async function open(address, { keep = true, tab } = {}) {
    const mine = ++opening;
    const wait = setTimeout(() => {
      if (mine === opening) byId("case").innerHTML = '<div class="bars-wait"><span></span><span></span><span></span></div>';
    }, SLOW_MS);
    try {
      const response = await fetch(address, { headers: { accept: "*/*" } });
      if (response.status === 401) return ended();
      if (!response.ok) return say(words("failed", { m: response.status }), { warn: true });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (mine !== opening) return undefined;
      const scrolled = byId("queue").scrollTop;
      for (const id of ["queue", "case", "source"]) byId(id).replaceWith(page.getElementById(id));
      if (keep) byId("queue").scrollTop = scrolled;
      history.replaceState(null, "", address);
      if (tab) showTab(tab);
      opened();
    } catch {
      say(words("desk.offline"), { warn: true });
    } finally {
      clearTimeout(wait);
    }
    return undefined;
  }

  function opened() {
    window.szaiTimes();
    const kept = JSON.parse(byId("picked")?.dataset.picked ?? "[]");
    const draft = answer() ? JSON.parse(stored(draftName(answer())) ?? "null") : null;
    if (draft) {
      byId("note").value = draft.note;
      const radio = form().querySelector(`[value="${draft.verdict}"]`);
      if (radio) radio.checked = true;
    }
    picking.open(draft?.sentences ?? kept);
    byId("case").scrollTop = 0;
    document.querySelector("#queue .rows a[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  function neighbour(by) {
    const list = rows(), at = list.findIndex((row) => row.dataset.id === answer());
    return list[at < 0 ? 0 : at + by];
  }
  function go(by) {
    const row = neighbour(by);
    if (row) open(row.href, { tab: "case" });
    else document.querySelector(`#queue [data-page=${by > 0 ? "next" : "previous"}]`)?.click();
  }

  // ---- Drafts ----
  function keepDraft() {
    if (!form()) return;
    store(draftName(answer()), JSON.stringify({
      note: byId("note").value, verdict: chosen()?.value ?? "", sentences: picking.picked(),
    }));
    need("");
  }
  picking.onChange(keepDraft);

  // ---- Verdicts ----
  const chosen = () => form()?.querySelector("[name=verdict]:checked");
  const need = (text) => { byId("needed").textContent = text; };

  async function submit() {
    const verdict = chosen();
    if (!verdict) { form().querySelector("[name=verdict]").focus(); return need(words("pick.verdict")); }
    if ("needs" in verdict.dataset && !picking.picked().length) {
      showTab("source");
      picking.enter();
      return need(words("pick.need"));
    }
    if ("none" in verdict.dataset && picking.picked().length) return need(words("pick.none"));
    const sent = {
      id: answer(), verdict: verdict.value, note: byId("note").value,
      sentences: picking.picked().map(({ sha, start, end }) => ({ sha, start, end })),
    };
    // Where the queue goes on: found before the verdict takes this row out of it.
    const following = neighbour(1) ?? neighbour(-1);
    const next = following?.href ?? location.pathname + location.search.replace(/&?\bid=[^&]*/, "");
    if (!await deliver(sent)) return undefined;
    return open(next, { tab: "case" });
  }

  // Sends a verdict; tells whether the reviewer may go on. Without a connection it waits in the browser.
  async function deliver(sent) {
    let response;
    try {
      response = await post("/staff/verdict", sent);
    } catch {
      store(outboxName, JSON.stringify([...outbox().filter((each) => each.id !== sent.id), sent]));
      say(words("unsaved"), { warn: true, stays: true });
      return false;
    }
    if (response.status === 401) { ended(); return false; }
    const body = await response.json();
    if (!response.ok) {
      say(words("failed", { m: `${body.error.message} ${body.error.hint}` }), { warn: true });
      return false;
    }
    store(draftName(sent.id), null);
    store(outboxName, JSON.stringify(outbox().filter((each) => each.id !== sent.id)));
    last = { judgement: body.judgement, verdict: sent.verdict, id: sent.id };
    const saved = words("saved", { v: verdictNames[sent.verdict] });
    if (body.differs) say(`${saved} · ${words("differ")}`, { action: words("differ.see"), onAction: () => open(addressOf(sent.id)) });
    else say(saved, { action: `${words("undo")} U`, onAction: undo });
    return true;
  }

  const post = (address, value) => fetch(address, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value),
  });
  const outbox = () => JSON.parse(stored(outboxName) ?? "[]");
  let sending = false;
  async function sendOutbox() {
    if (sending || !navigator.onLine) return;
    sending = true;
    try {
      for (const sent of outbox()) if (!await deliver(sent)) return;
    } finally { sending = false; }
  }
  window.addEventListener("online", sendOutbox);
  setInterval(() => { if (outbox().length) sendOutbox(); }, RETRY_MS);

  function addressOf(id) {
    const address = new URL(location.href);
    address.searchParams.set("id", id);
    return address.pathname + address.search;
  }

  async function undo(_, judgement = last?.judgement, verdict = last?.verdict, id = last?.id) {
    if (!judgement) return undefined;
    try {
      const response = await post("/staff/withdraw", { judgement });
      if (response.status === 401) return ended();
      if (!response.ok) return say(words("failed", { m: response.status }), { warn: true });
    } catch { return say(words("desk.offline"), { warn: true }); }
    last = null;
    await open(addressOf(id));
    return say(words("withdrawn", { v: verdictNames[verdict] }));
  }

  // ---- Tabs of a narrow window ----
  function showTab(name) {
    document.body.dataset.tab = name;
    for (const tab of all("#tabs [data-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
    if (name === "source") picking.show();
  }

  // ---- Clicks and changes ----
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("a, button");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (target.matches("#queue .rows a")) { event.preventDefault(); open(target.href, { tab: "case" }); }
    if (target.dataset.tab) showTab(target.dataset.tab);
    if (target.matches(".go")) {
      const { sha, start, end } = target.dataset, place = { sha, start: Number(start), end: Number(end) };
      showTab("source");
      if (!picking.goTo(place)) openArticle(sha, place);
    }
    const actions = {
      next: () => go(1), keys: () => byId("keys").showModal(), "close-keys": () => byId("keys").close(),
      withdraw: () => undo(null, Number(target.dataset.judgement), target.dataset.verdict, answer()),
    };
    actions[target.dataset.do]?.();
  });
  async function openArticle(sha, place) {
    const address = new URL(location.href);
    address.searchParams.set("article", sha);
    keepDraft();
    await open(address.pathname + address.search, { tab: "source" });
    if (place) picking.goTo(place);
  }
  document.addEventListener("change", (event) => {
    if (event.target.id === "article" && event.target.value) openArticle(event.target.value);
    if (event.target.name === "verdict") keepDraft();
    if (event.target.id === "single-keys") store("szai-staff-keys", event.target.checked ? null : "off");
  });
  document.addEventListener("input", (event) => { if (event.target.id === "note") keepDraft(); });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "verdict") { event.preventDefault(); submit(); }
  });

  // ---- Keys ----
  const single = {
    j: () => go(1), k: () => go(-1), s: () => { showTab("source"); picking.enter(); }, u: () => undo(),
    n: () => { showTab("case"); byId("note")?.focus(); }, o: () => byId("original")?.click(),
    "/": () => { showTab("queue"); byId("search").focus(); }, "?": () => byId("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || byId("keys").open) return;
    const field = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select");
    if (event.key === "Enter" && event.target.id === "note" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape" && field) field.blur();
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (picking.inside() && { ArrowDown: 1, ArrowUp: -1, " ": 0 }[event.key] !== undefined) {
      event.preventDefault();
      if (event.key === " ") picking.pick(); else picking.step(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (event.key === "Enter" && form() && !event.target.closest?.("a, button, summary")) {
      event.preventDefault();
      submit();
      return;
    }
    if (stored("szai-staff-keys") === "off") return;
    const number = Number(event.key);
    const act = number >= 1 && number <= 6 && form()
      ? () => { form().elements.verdict[number - 1].checked = true; keepDraft(); } : single[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  byId("single-keys").checked = stored("szai-staff-keys") !== "off";
  opened();
  if (outbox().length) sendOutbox();
  document.body.dataset.ready = "yes";
})();
