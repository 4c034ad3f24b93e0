// What the page's other scripts share: elements, words, light and dark, the status line, copying.
"use strict";
window.szai = (() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  // As everywhere on the server, lengths and offsets count code points.
  const points = (text) => [...text];
  let texts = {};

  const words = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const setWords = (catalogue) => { texts = catalogue; };

  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const store = (name, value) => {
    try {
      if (value === null) localStorage.removeItem(name); else localStorage.setItem(name, value);
    } catch { /* A browser that stores nothing forgets the choice. */ }
  };

  // Light and dark follow the system unless the reader chose otherwise.
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

  // The status line is emptied first, or a repeated message is not read out.
  function say(text) {
    const line = byId("status");
    line.textContent = "";
    if (text) requestAnimationFrame(() => { line.textContent = text; });
  }

  async function copy(button) {
    const label = button.querySelector("span"), before = label.textContent;
    let copied = true, text = button.dataset.text;
    if (button.dataset.link) text += `\n${words("link.copied", { url: new URL(button.dataset.link, location).href })}`;
    try { await navigator.clipboard.writeText(text); } catch { copied = copyByHand(text); }
    label.textContent = words(copied ? "copy.done" : "copy.failed");
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

  return {
    root, byId, all, points, words, setWords, stored, store, toggleTheme, say, copy,
    wide: matchMedia("(min-width: 1024px)"),
    narrow: matchMedia("(max-width: 599px)"),
    mouse: matchMedia("(hover: hover) and (pointer: fine)"),
    send: () => {},  // Sends an event to the server, once the page is connected.
  };
})();
