// Verdicts, figures, sentences and downloads.
import { find, list, make } from "./dom.js";

/**
 * @typedef {import("./understood.js").Understood} Understood
 * @typedef {{claim: string, sentence: string, verdict: string, reason: string, full: string}} Verdict
 * @typedef {{verdicts: Verdict[], cards: string, checks: string[], deaths: string, status: string, caveats: string[],
 *   results: string[]}} Decided
 * @typedef {{curves: Object<string, string>, warnings: string[], methods: string}} Explored
 */

const RESULTS = ["#try-understood", "#try-verdicts", "#try-figures", "#try-curves", "#try-sentences", "#try-downloads"];
const TYPES = { csv: "text/csv", html: "text/html" };
/** @type {string[]} */
let addresses = [];

/** Remove what an earlier file left. */
export function clearResults() {
  for (const selector of RESULTS) find(selector).replaceChildren();
  for (const address of addresses) URL.revokeObjectURL(address);
  addresses = [];
}

/**
 * @param {Understood} understood
 * @param {Decided} decided
 */
export function showVerdicts(understood, decided) {
  find("#try-verdicts").replaceChildren(
    make("h2", { tabindex: "-1" }, "Verdicts"),
    make("p", {}, decided.status),
    ...(decided.deaths ? [make("p", {}, decided.deaths)] : []),
    ...(decided.checks.length ? [list(decided.checks)] : []),
    drawn(decided.cards),
    make("details", {}, make("summary", {}, "Reasons"), list(decided.verdicts.map(reason))),
    make("details", {}, make("summary", {}, "Caveats"), list(decided.caveats)),
  );
  const figures = understood.endpoints.map(({ key }) => make("div", { "data-figure": `animals-${key}` }));
  find("#try-figures").replaceChildren(make("h2", {}, "Figures: every animal and the effects"), ...figures);
  showSentences(decided);
}

/** @param {Verdict} verdict */
function reason(verdict) {
  return `${verdict.sentence}: ${verdict.verdict}, because ${verdict.reason}.`;
}

/** @param {Decided} decided */
function showSentences(decided) {
  const sentences = [...decided.verdicts.map(({ full }) => full), ...decided.results];
  find("#try-sentences").replaceChildren(make("h2", {}, "Sentences to copy"), ...sentences.map(paste));
}

/** @param {string} sentence */
function paste(sentence) {
  const said = make("span", { role: "status", class: "try-hint" });
  const copy = async () => {
    await navigator.clipboard.writeText(sentence);
    said.textContent = "Copied";
  };
  return make(
    "p",
    { class: "try-paste" },
    `${sentence} `,
    make("button", { type: "button", class: "try-copy", "aria-label": `Copy: ${sentence.slice(0, 60)}`, click: copy }, "Copy"),
    said,
  );
}

/**
 * @param {Understood} understood
 * @param {Explored} explored
 */
export function showCurves(understood, explored) {
  const curves = Object.entries(explored.curves).map(([claim, sentence]) =>
    make("div", { class: "try-curve" }, make("p", {}, sentence), make("div", { "data-figure": `curve-${claim}` })),
  );
  find("#try-curves").replaceChildren(
    make("h2", {}, "Sensitivity analysis"),
    make("p", {}, "Each point is one analysis of the same animals. The square is the planned analysis, the diamond the published one."),
    ...curves,
  );
  const shown = new Set(understood.warnings);
  const warnings = explored.warnings.filter((text) => !shown.has(text));
  find("#try-verdicts h2").after(...warnings.map((text) => make("p", { class: "simulated", role: "note" }, text)));
  find("#try-sentences").append(make("h3", {}, "Methods"), paste(explored.methods));
}

/**
 * Cards or a figure, which the package made: names in them are escaped there.
 * @param {string} html
 * @returns {DocumentFragment}
 */
function drawn(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/**
 * Show a figure.
 * @param {string} name
 * @param {string} html
 */
export function showFigures(name, html) {
  find(`[data-figure="${name}"]`).replaceChildren(drawn(html));
}

/**
 * Offer files: the tables, or the report.
 * @param {string} cohort
 * @param {((name: string) => Promise<string>) | null} table
 * @param {() => Promise<string>} [report]
 */
export async function showDownloads(cohort, table, report) {
  const box = find("#try-downloads");
  if (!box.children.length) {
    box.append(make("h2", {}, "Downloads"), make("p", {}, `The files of a rerun of ${cohort}. Save those that you need: the page does not keep them.`), make("ul", { class: "try-files" }));
  }
  if (table) for (const name of ["results", "verdicts"]) offer(`${name}.csv`, await table(name));
  if (report) offer("report.html", await report());
}

/**
 * @param {string} name
 * @param {string} text
 */
function offer(name, text) {
  const type = TYPES[/** @type {keyof typeof TYPES} */ (name.slice(name.lastIndexOf(".") + 1))];
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  addresses.push(address);
  find("#try-downloads ul").append(make("li", {}, make("a", { href: address, download: name }, name)));
}
