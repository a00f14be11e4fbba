// What was read from a file: the animals of each group, warnings and notes; or every problem, by cell.
import { find, list, make, table } from "./dom.js";

/**
 * @typedef {{values: number, censored: number, missing: number, range: string}} Counts
 * @typedef {{cohort: string, file: string, origin: string, who: string,
 *   endpoints: {key: string, label: string, unit: string, kind: string}[],
 *   groups: {key: string, label: string, counts: Object<string, Counts>}[],
 *   notes: string[], warnings: string[]}} Understood
 * @typedef {{place: string, found: string, expected: string, remedy: string}} Problem
 */

const SIMULATED =
  "Simulated cohort: no animal was measured, and the results are not evidence.";

/** @param {Counts} counts @param {string} kind */
function cell({ values, censored, missing, range }, kind) {
  const deaths = values - censored;
  if (kind === "survival") {
    return `${values} ${values === 1 ? "animal" : "animals"}, ${deaths} ${deaths === 1 ? "death" : "deaths"}${range && ` at ${range}`}`;
  }
  const more = [censored && `${censored} beyond a limit`, missing && `${missing} missing`].filter(Boolean).join(", ");
  return `${values} ${values === 1 ? "value" : "values"}${range && `, ${range}`}${more && ` (${more})`}`;
}

/** @param {Understood} understood */
export function showUnderstood(understood) {
  const titles = ["Group", ...understood.endpoints.map(({ label, unit }) => `${label} (${unit})`)];
  const rows = understood.groups.map((group) => [
    `${group.label} (${group.key})`,
    ...understood.endpoints.map(({ key, kind }) => cell(group.counts[key], kind)),
  ]);
  const banners = understood.origin === "simulated" ? [SIMULATED] : [];
  find("#try-understood").replaceChildren(
    make("h2", {}, "What was read"),
    ...banners.map((text) => make("p", { class: "simulated", role: "note" }, make("strong", {}, text))),
    make("p", {}, understood.who),
    table("Values of each group", titles, rows),
    ...understood.warnings.map((text) => make("p", { class: "simulated try-warning", role: "note" }, text)),
    make("details", {}, make("summary", {}, `How the file was read (${understood.notes.length} notes)`), list(understood.notes)),
  );
}

/**
 * @param {Problem[]} problems
 * @param {boolean} isAsked whether the page asks questions about the file
 */
export function showProblems(problems, isAsked) {
  const rows = problems.map(({ place, found, expected, remedy }) => [place || "The file", found, expected, remedy]);
  find("#try-understood").replaceChildren(
    make("h2", { tabindex: "-1" }, "Problems in the file"),
    make("p", {}, `Nothing was analysed. ${isAsked ? "Answer the questions under the table, or correct" : "Correct"} the file and choose it again.`),
    make("div", { class: "try-problems" }, table("Problems by cell", ["Place", "Found", "Expected", "What to do"], rows)),
  );
}
