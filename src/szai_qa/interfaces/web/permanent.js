// The permanent page: copying, and stepping from a quote to its place in the article. Without it the page still reads.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  szai.setWords(JSON.parse(document.body.dataset.words));
  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-do]");
    if (element?.dataset.do === "copy") szai.copy(element);
    if (element?.dataset.do === "cite") location.hash = `q${element.dataset.n}`;
  });
});
