// Long tables can be sorted; figures, and tables that are part of the prose, can be taken away as files. Without this script the page
// reads as it is, and computed tables keep their links.
(() => {
  "use strict";
  const LONG = 8; // rows from which a table is worth sorting
  const DOTS_PER_INCH = 300;
  const POINTS_PER_INCH = 72;
  const NUMBER = /^[<>≤≥±]?\s*([-−]?\d[\d\u202f]*(?:\.\d+)?(?:e[-−+]?\d+)?)/i;
  let said;

  // ---- Sorting: sortable-tablesort does it; it wants a class, and a button that a keyboard reaches.

  function sortable(table) {
    const headers = [...(table.tHead?.rows[0]?.cells ?? [])];
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    if (table.tHead?.rows.length !== 1 || rows.length < LONG || table.querySelector("[colspan], [rowspan]")) return;
    table.classList.add("sortable", "asc", "n-last");
    headers.forEach((header, i) => {
      keys(rows.map((row) => row.cells[i]));
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...header.childNodes);
      header.append(button);
    });
    table.addEventListener("sort-end", () => {
      const header = table.querySelector("th[aria-sort]");
      said.textContent = `Sorted by ${header.textContent.trim()}, ${header.getAttribute("aria-sort")}`;
    });
  }

  /** What the cells of a column are sorted by: their first number if most begin with one, else their words. */
  function keys(cells) {
    const texts = cells.map((cell) => cell.textContent.trim());
    const numbers = texts.map((text) => NUMBER.exec(text)?.[1].replace("−", "-").replace(/\u202f/g, "") ?? "");
    const numeric = numbers.filter(Boolean).length > 0.7 * texts.filter(Boolean).length;
    cells.forEach((cell, i) => { cell.dataset.sort = numeric ? numbers[i] : texts[i].toLowerCase(); });
  }

  // ---- Taking away.

  function save(content, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  /** A drawing that needs no page: the colours and the type of paper, whatever the page's mode. */
  function standalone(svg) {
    const copy = svg.cloneNode(true);
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    const font = getComputedStyle(svg).fontFamily.replace(/"/g, "'");
    style.textContent = `* { stroke-linejoin: round; stroke-linecap: butt } text { font-family: ${font} !important }`;
    copy.prepend(style);
    return new XMLSerializer().serializeToString(copy).replace(/var\(--[\w-]+,\s*([^()]+)\)/g, "$1");
  }

  function picture(svg, name) {
    const image = new Image();
    image.onload = () => {
      const { width, height } = svg.viewBox.baseVal;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round((width * DOTS_PER_INCH) / POINTS_PER_INCH);
      canvas.height = Math.round((height * DOTS_PER_INCH) / POINTS_PER_INCH);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((content) => save(content, `${name}.png`), "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`;
  }

  function csv(table) {
    const line = (row) => [...row.cells].map((cell) => {
      const text = cell.textContent.trim().replace(/\s+/g, " ");
      return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
    }).join(",");
    return [...table.rows].map(line).join("\n") + "\n";
  }

  function offer(after, about, kinds) {
    const line = document.createElement("p");
    line.className = "export";
    for (const [kind, act] of Object.entries(kinds)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = kind;
      button.setAttribute("aria-label", `${kind}: download ${about}`);
      button.addEventListener("click", act);
      line.append(button);
    }
    after(line);
  }

  /** A page opened from disk may not save another file, nor read it; but it may run the script that the build has put beside it. */
  function saveFromDisk(link) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const script = Object.assign(document.createElement("script"), { src: `${link.href}.js` });
      window.saveText = (text) => save(new Blob([text], { type: "text/plain" }), link.download || decodeURIComponent(link.pathname.split("/").pop()));
      script.onload = () => script.remove();
      script.onerror = () => { location.href = link.href; };
      document.head.append(script);
    });
  }

  function start() {
    if (location.protocol === "file:") {
      document.querySelectorAll('a[download]:is([href*="_sources/"], [href*="_downloads/"])').forEach(saveFromDisk);
    }
    said = Object.assign(document.createElement("div"), { className: "copy-said" });
    said.setAttribute("role", "status");
    document.body.append(said);
    const within = document.querySelector("article, html.report main");
    if (!within) return;
    for (const table of within.querySelectorAll(".table-scroll table")) sortable(table);
    within.querySelectorAll("figure.drawing").forEach((figure, i) => {
      const svg = figure.querySelector("svg");
      const name = figure.dataset.name ?? `figure-${i + 1}`;
      offer((line) => figure.append(line), `the figure ${name}`, {
        SVG: () => save(new Blob([standalone(svg)], { type: "image/svg+xml" }), `${name}.svg`),
        PNG: () => picture(svg, name),
      });
    });
    let prose = 0;
    for (const table of within.querySelectorAll("table")) {
      const frame = table.closest(".table-scroll, .pst-scrollable-table-container") ?? table;
      if (!table.tHead || table.closest(".permutation, .no-export") || frame.nextElementSibling?.matches(".export")) continue;
      prose += 1;
      const name = `table-${prose}.csv`;
      const about = `the table of ${[...table.tHead.querySelectorAll("th")].map((cell) => cell.textContent.trim()).filter(Boolean).join(", ")}`;
      offer((line) => frame.after(line), about, {
        CSV: () => save(new Blob([csv(table)], { type: "text/csv" }), name),
      });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
