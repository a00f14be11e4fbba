// Make elements of the page. Text is set as text, so that no name in a file is read as markup.

/**
 * Make an element.
 * @param {string} tag
 * @param {Object<string, string | boolean | number | EventListener>} [properties] attributes; a function is a listener
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Find the element of a selector, which the page has.
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement}
 */
export function find(selector, within = document) {
  const element = within.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`The page has no element ${selector}.`);
  return element;
}

/**
 * Make a list of sentences.
 * @param {string[]} sentences
 * @param {string} [name] the class of the list
 * @returns {HTMLElement}
 */
export function list(sentences, name = "") {
  return make("ul", name ? { class: name } : {}, ...sentences.map((sentence) => make("li", {}, sentence)));
}

/**
 * Make a table with a caption, in a frame that can be scrolled by keyboard.
 * @param {string} caption
 * @param {string[]} titles
 * @param {(string | Node)[][]} rows the first cell of each heads its row
 * @returns {HTMLElement}
 */
export function table(caption, titles, rows) {
  const head = make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)));
  const body = rows.map(([first, ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, first), ...cells.map((cell, at) => make("td", { "data-title": titles[at + 1] }, cell))),
  );
  return make(
    "div",
    { class: "table-scroll", role: "region", tabindex: "0", "aria-label": caption },
    make("table", { class: "table" }, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body)),
  );
}

/**
 * Number of megabytes as text.
 * @param {number} bytes
 * @returns {string}
 */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
