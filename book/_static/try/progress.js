// The list of the lessons with the exercises that were answered rightly in this browser.
import { clearAnswered, readAnswered } from "./answered.js";
import { find, list } from "./dom.js";

const part = find("[data-live=progress]");
const button = find("button", part);
const status = find("[role=status]", part);
// The number of exercises of each lesson, by its name.
/** @type {[string, number][]} */
const lessons = Object.entries(JSON.parse(part.dataset.exercises ?? "{}"));

/**
 * What was answered in a lesson, as a sentence.
 * @param {string} lesson
 * @param {number} count the number of its exercises
 * @param {Set<string>} answered
 * @returns {string}
 */
function sentence(lesson, count, answered) {
  const numbers = Array.from({ length: count }, (_, at) => at + 1).filter((number) => answered.has(`${lesson}-${number}`));
  const which = numbers.length ? ` (${numbers.join(", ")})` : "";
  return `${numbers.length} of ${count} exercises${which}`;
}

/** Show the list as it is kept. */
function show() {
  const answered = readAnswered();
  const items = list(
    lessons.map(([lesson, count]) => sentence(lesson, count, answered)),
    "course-progress",
  );
  lessons.forEach(([lesson], at) => {
    // The table of the lessons on the same page has their titles.
    const link = document.querySelector(`main td a[href*="/methods/${lesson}/lesson.html"]`);
    const item = items.children[at];
    item.setAttribute("data-lesson", lesson);
    if (link instanceof HTMLAnchorElement) {
      const copy = /** @type {HTMLElement} */ (link.cloneNode(true));
      copy.setAttribute("href", `${link.getAttribute("href")}#exercises`);
      item.prepend(copy, ": ");
    }
  });
  find(".live-result", part).replaceChildren(items);
  button.hidden = answered.size === 0;
}

button.addEventListener("click", () => {
  clearAnswered();
  show();
  status.textContent = "The list is cleared.";
  status.focus();
});
// Another tab may have checked an answer.
window.addEventListener("storage", show);
part.querySelector(".live-static")?.remove();
show();
