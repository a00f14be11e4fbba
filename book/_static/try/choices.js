// What the reader states about a file: its sheet, its decimal mark, its key, and what an unknown name means.
import { make } from "./dom.js";

/**
 * @typedef {"column" | "group" | "endpoint" | "sheet" | "decimal" | "key"} Kind
 * @typedef {{kind: Kind, name: string, place: string, nearest: string, options: [string, string][]}} Question
 * @typedef {{sheet: string, decimal: string, names: Object<string, string>}} Stated
 */

const NAMED = { column: "Column", group: "Group", endpoint: "Endpoint" };
const LABELS = { sheet: "Sheet", decimal: "Decimal mark" };
const MARKS = /** @type {Object<string, string>} */ ({ point: "Point, as in 3.14", comma: "Comma, as in 3,14" });

export class Choices {
  /**
   * @param {HTMLElement} box
   * @param {() => void} onChange is called when the reader asks to read the file again
   */
  constructor(box, onChange) {
    this.box = box;
    this.onChange = onChange;
    /** @type {Map<string, Question>} */
    this.asked = new Map();
    /** @type {Map<string, string>} */
    this.answers = new Map();
  }

  /** Forget what was asked and stated about the file before. */
  reset() {
    this.asked = new Map();
    this.answers = new Map();
    this.box.replaceChildren();
  }

  /**
   * The answers, as the Python session takes them.
   * @returns {Stated}
   */
  get stated() {
    /** @type {Stated} */
    const stated = { sheet: "", decimal: "", names: {} };
    for (const [key, answer] of this.answers) {
      const { kind, name } = /** @type {Question} */ (this.asked.get(key));
      if (kind === "sheet" || kind === "decimal") stated[kind] = answer;
      else stated.names[name] = answer;
    }
    return stated;
  }

  /**
   * Offer the questions of a file. Those that were answered stay, so that an answer can be changed.
   * @param {Question[]} questions
   */
  offer(questions) {
    for (const question of questions) {
      const key = `${question.kind} ${question.name}`;
      if (question.options.length && !this.answers.has(key)) this.asked.set(key, question);
    }
    const current = new Set(questions.map(({ kind, name }) => `${kind} ${name}`));
    for (const key of [...this.asked.keys()]) {
      if (!current.has(key) && !this.answers.has(key)) this.asked.delete(key);
    }
    this.box.replaceChildren();
    if (!this.asked.size) return;
    const open = [...this.asked.keys()].filter((key) => !this.answers.has(key)).length;
    const title = open ? "Questions about this file" : "Your answers about this file";
    this.box.append(
      make(
        "fieldset",
        { class: "try-choices" },
        make("legend", { tabindex: "-1" }, title),
        ...[...this.asked].map(([key, question]) => this.field(key, question)),
        make("button", { type: "button", class: "try-button", click: () => this.apply() }, "Read the file again"),
      ),
    );
  }

  /**
   * @param {string} key
   * @param {Question} question
   */
  field(key, { kind, name, place, nearest, options }) {
    const isName = kind in NAMED;
    const label = isName
      ? `${NAMED[/** @type {keyof typeof NAMED} */ (kind)]} “${name}”${place && ` (${place})`} means`
      : LABELS[/** @type {keyof typeof LABELS} */ (kind)];
    const chosen = this.answers.get(key) ?? "";
    const listed = [["", "Choose …"], ...options].map(([value, text]) => {
      const shown = kind === "decimal" && value ? MARKS[value] : text;
      const described = isName && value && shown !== value ? `${shown} (${value})` : shown;
      return make("option", { value, selected: value === chosen }, described);
    });
    const select = make("select", { "data-choice": kind, "data-name": name, "data-key": key }, ...listed);
    const near = options.find(([value]) => value === nearest);
    // A name is suggested and never chosen for the reader.
    const hint = near && !chosen ? [make("span", { class: "try-hint" }, `The most similar name is ${near[1]}.`)] : [];
    return make("label", {}, make("span", {}, label), select, ...hint);
  }

  /** Take what was chosen, and read the file again. */
  apply() {
    this.answers = new Map();
    for (const select of this.box.querySelectorAll("select")) {
      if (select.value) this.answers.set(select.dataset.key ?? "", select.value);
    }
    this.onChange();
  }
}
