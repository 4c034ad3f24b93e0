// What a question's line opens to: gold, quotes, passages. All of it is set as text, never as markup.
"use strict";
window.szaiDetails = (() => {
  const holder = document.getElementById("data");
  const data = holder ? JSON.parse(holder.textContent) : { details: [], passages: [], words: {} };

  function make(name, className, ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }
  const both = (key) => {
    const [zh, en] = data.words[key] ?? [key, key];
    const spans = [make("span", "zh", zh), make("span", "en", en)];
    spans[0].lang = "zh-Hans";
    spans[1].lang = "en";
    return spans;
  };
  const title = (key) => make("h3", "", ...both(key));
  const points = (text) => [...text]; // offsets count code points
  function original(text, mark) {
    const element = make("p", "article");
    element.lang = "zh-Hans";
    const all = points(text);
    if (mark) {
      element.append(all.slice(0, mark[0]).join(""), make("mark", "", all.slice(...mark).join("")), all.slice(mark[1]).join(""));
    } else element.append(text);
    return element;
  }
  const quote = (item, near) => make("div", near ? "quote near" : "quote", original(item.text, near ? null : item.mark),
    make("p", "place", `${item.title || item.article} [${item.span.join(":")}]`));
  const passage = ([number, holds]) => {
    const [article, start, end, text] = data.passages[number];
    return make("li", holds ? "passage holds" : "passage", original(text),
      make("p", "place", `${holds ? "✓ " : ""}${article} [${start}:${end}]`));
  };

  function parts(item) {
    const found = [];
    const add = (key, ...children) => { found.push(title(key), ...children); };
    if (item.history.length) add("d.history", make("p", "", item.history.join(" → ")));
    if (item.answers.length) add("d.gold", make("p", "article", item.answers.join(" / ")));
    if (item.groups.length) add("d.evidence", ...item.groups.map((group) => original(group.join(" / "))));
    if (item.quotes.length) add("d.given", ...item.quotes.map((one) => quote(one, false)));
    if (item.reason) found.push(title("refused"), make("p", "", ...both(`reason.${item.reason}`)));
    if (item.missing.length) add("d.missing", make("p", "", item.missing.join("，")));
    if (item.nearest.length) add("d.near", ...item.nearest.map((one) => quote(one, true)));
    if (item.would) add("d.would", quote(item.would, true));
    if (item.retrieved === null) found.push(title("d.searched"));
    else if (!item.retrieved.length) found.push(title("d.nothing"));
    else add("d.retrieved", make("ol", "", ...item.retrieved.map(passage)));
    const scores = Object.entries(item.scores).map(([name, value]) => make("span", "", `${name} ${value}`));
    if (scores.length) add("d.scores", make("p", "scores", ...scores));
    if (item.where) add("d.where", make("p", "", item.where));
    return found;
  }

  const opened = (row) => (row.nextElementSibling?.classList.contains("detail") ? row.nextElementSibling : null);
  function close(row) {
    opened(row)?.remove();
    row.querySelector(".open")?.setAttribute("aria-expanded", "false");
  }
  function toggle(row) {
    if (opened(row)) { close(row); return; }
    const cell = make("td", "", ...parts(data.details[Number(row.dataset.number)]));
    cell.colSpan = row.cells.length;
    row.after(make("tr", "detail", cell));
    row.querySelector(".open").setAttribute("aria-expanded", "true");
  }
  return { toggle, close };
})();
