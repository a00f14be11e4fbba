// A part of a page that calculates with the software: a form, a progress line, and a place for the result.
import { find } from "./dom.js";
import { Software } from "./software.js";
import { Status } from "./status.js";

const software = new Software();

/**
 * Let a form call a function of the package.
 * @param {HTMLElement} part the element with the form, the progress line and the place for the result
 * @param {string} name the function
 * @param {(form: HTMLFormElement) => Object<string, any>} options the arguments, from the form
 * @param {(result: any) => {message: string, nodes: Node[]}} show what to say and to show
 */
export function makeLive(part, name, options, show) {
  const form = /** @type {HTMLFormElement} */ (find("form", part));
  const result = find(".live-result", part);
  const status = new Status(find(".live-progress", part), () => software.stop(), result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (result.hasAttribute("aria-busy")) return;
    result.replaceChildren();
    status.begin();
    try {
      const python = await software.start(status);
      status.show({ message: "Calculating" });
      const { message, nodes } = show(await python.python(name, options(form)));
      result.replaceChildren(...nodes);
      status.end(message);
    } catch (error) {
      status.end(software.explain(error));
    }
  });
  part.querySelector(".live-static")?.remove();
  form.hidden = false;
}

/**
 * The value of a field.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {string}
 */
export function value(form, name) {
  const field = form.elements.namedItem(name);
  return field && "value" in field ? String(field.value) : "";
}
