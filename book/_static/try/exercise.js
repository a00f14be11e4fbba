// The exercises of a lesson: each runs the reader's cell and checks the answer. A right answer is kept in the browser.
import { keepAnswered, readAnswered } from "./answered.js";
import { find, make } from "./dom.js";
import { makeLive, value } from "./live.js";

document.querySelector(".live-static")?.remove();
for (const part of document.querySelectorAll("[data-live=exercise]")) {
  const element = /** @type {HTMLElement} */ (part);
  const question = element.dataset.exercise ?? "";
  if (readAnswered().has(question)) {
    find("form", element).before(make("p", { class: "try-hint" }, "You have answered this exercise rightly before."));
  }
  makeLive(
    element,
    "run_exercise",
    (form) => ({ question, code: value(form, "code") }),
    ({ output, error, check, right }) => {
      element.dataset.right = String(right);
      if (right) keepAnswered(question);
      const texts = [output, error].filter(Boolean);
      return {
        message: error ? "The cell ended with an error, which is shown below." : check,
        nodes: texts.map((text) => make("pre", { tabindex: "0", "aria-label": text === error ? "Error" : "Output" }, text)),
      };
    },
  );
}
