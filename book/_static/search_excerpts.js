// Below each result of the search, the words around the first match. The texts are a script, because a page opened from disk
// may not fetch other pages.
(() => {
  "use strict";
  const results = document.getElementById("search-results");
  if (!results) return;
  const AROUND = 90; // characters on each side of a match
  const words = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().split(/\s+/).filter((word) => word.length > 1);

  /** The text around the first word that the page holds, with each word marked. */
  function excerpt(text) {
    const lower = text.toLowerCase();
    const phrase = lower.indexOf(words.join(" "));
    const at = phrase >= 0 ? phrase : Math.min(...words.map((word) => lower.indexOf(word)).filter((place) => place >= 0));
    if (!Number.isFinite(at)) return null;
    const start = Math.max(0, text.lastIndexOf(" ", Math.max(0, at - AROUND)));
    const end = text.indexOf(" ", at + AROUND);
    const shown = `${start ? "… " : ""}${text.slice(start, end < 0 ? undefined : end).trim()}${end < 0 ? "" : " …"}`;
    const line = document.createElement("p");
    line.className = "context";
    const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
    for (const [i, part] of shown.split(pattern).entries()) {
      line.append(i % 2 ? Object.assign(document.createElement("mark"), { textContent: part }) : part);
    }
    return line;
  }

  function fill(texts) {
    for (const item of results.querySelectorAll("li:not([data-excerpt])")) {
      const link = item.querySelector("a");
      if (!link) continue;
      item.dataset.excerpt = "";
      const page = new URL(link.href).pathname.split("/");
      const name = Object.keys(texts).find((key) => page.join("/").endsWith(`/${key}.html`));
      const line = name && excerpt(texts[name]);
      if (line) item.append(line);
    }
  }

  if (!words.length) return;
  const script = Object.assign(document.createElement("script"), { src: "_static/search_texts.js" });
  script.onload = () => {
    fill(window.searchTexts);
    new MutationObserver(() => fill(window.searchTexts)).observe(results, { childList: true, subtree: true });
  };
  document.head.append(script);
})();
