// What the reader states about a file: its sheet, its decimal mark, and what an unknown name means.
import { make } from "./dom.js";

/**
 * @typedef {{kind: string, name: string, place: string, nearest: string, options: [string, string][]}} UnknownName
 * @typedef {{sheet: string, decimal: string, names: Object<string, string>}} Stated
 */

const KIND = { group: "Group", endpoint: "Endpoint", column: "Column" };
const MARKS = { point: "Point, as in 3.14", comma: "Comma, as in 3,14" };
const LEAVE = "Leave as it is";

export class Choices {
  /**
   * @param {HTMLElement} box
   * @param {() => void} onChange is called when the reader asks to read the file again
   */
  constructor(box, onChange) {
    this.box = box;
    this.onChange = onChange;
    /** @type {Stated} */
    this.stated = { sheet: "", decimal: "", names: {} };
  }

  /** Forget what was stated about the file before. */
  reset() {
    this.stated = { sheet: "", decimal: "", names: {} };
    this.box.replaceChildren();
  }

  /**
   * Offer the choices that a file leaves.
   * @param {{sheets: string[], names: UnknownName[], decimals: string[], understood: any}} read
   */
  offer(read) {
    const fields = [];
    if (read.sheets.length > 1) {
      fields.push(this.field("Sheet", "sheet", this.stated.sheet, read.sheets.map((title) => [title, title]), "The only one with a table"));
    }
    if (read.decimals.length || this.stated.decimal) {
      fields.push(this.field("Decimal mark", "decimal", this.stated.decimal, Object.entries(MARKS), "As the file shows it"));
    }
    const names = read.names.map((unknown) => this.name(unknown));
    for (const [old, meaning] of Object.entries(this.stated.names)) names.push(this.kept(old, meaning));
    this.box.replaceChildren();
    if (!fields.length && !names.length) return;
    const button = make("button", { type: "button", class: "try-button", click: () => this.apply() }, "Read the file again");
    const title = read.understood ? "Choices for this file" : "What do these names mean?";
    this.box.append(make("fieldset", { class: "try-choices" }, make("legend", {}, title), ...fields, ...names, button));
  }

  /**
   * @param {string} label
   * @param {string} name
   * @param {string} value
   * @param {[string, string][]} options
   * @param {string} none the text of the option that states nothing
   */
  field(label, name, value, options, none) {
    const listed = [["", none], ...options].map(([key, text]) =>
      make("option", { value: key, selected: key === value }, text === key || !key ? text : `${text} (${key})`),
    );
    return make("label", {}, make("span", {}, label), make("select", { "data-choice": name }, ...listed));
  }

  /** @param {UnknownName} unknown */
  name(unknown) {
    const kind = KIND[/** @type {keyof typeof KIND} */ (unknown.kind)];
    const label = `${kind} “${unknown.name}” (${unknown.place})`;
    const field = this.field(label, "name", "", unknown.options, LEAVE);
    const select = /** @type {HTMLSelectElement} */ (field.querySelector("select"));
    select.dataset.name = unknown.name;
    const near = unknown.options.find(([key]) => key === unknown.nearest);
    // A name is suggested and never chosen for the reader.
    if (near) field.append(make("span", { class: "try-hint" }, `The nearest is ${near[1]}.`));
    return field;
  }

  /**
   * @param {string} old
   * @param {string} meaning
   */
  kept(old, meaning) {
    const field = this.field(`“${old}” is read as`, "name", meaning, [[meaning, meaning]], "Not this");
    /** @type {HTMLSelectElement} */ (field.querySelector("select")).dataset.name = old;
    return field;
  }

  /** Take what was chosen, and read the file again. */
  apply() {
    /** @type {Stated} */
    const stated = { sheet: "", decimal: "", names: {} };
    for (const select of this.box.querySelectorAll("select")) {
      const { choice, name } = select.dataset;
      if (choice === "sheet" || choice === "decimal") stated[choice] = select.value;
      else if (name && select.value) stated.names[name] = select.value;
    }
    this.stated = stated;
    this.onChange();
  }
}
