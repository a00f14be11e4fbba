// What the page is doing: a sentence in a live region, a progress bar, and a button that stops the calculation.
import { find, megabytes } from "./dom.js";

export class Status {
  /**
   * @param {HTMLElement} box
   * @param {() => void} stop
   * @param {HTMLElement} results is marked as busy while work is going on
   */
  constructor(box, stop, results) {
    this.results = results;
    this.text = find("[role=status]", box);
    this.bar = /** @type {HTMLProgressElement} */ (find("progress", box));
    this.amount = find(".try-amount", box);
    this.button = find("button", box);
    this.button.addEventListener("click", stop);
  }

  /** Show that work began. */
  begin() {
    this.button.hidden = false;
    this.bar.hidden = false;
    this.results.setAttribute("aria-busy", "true");
  }

  /** @param {import("./runtime.js").Progress} progress */
  show({ message, loaded, total }) {
    // A screen reader hears each sentence once; the amounts change too often to be read out.
    if (this.text.textContent !== `${message} …`) this.text.textContent = `${message} …`;
    if (loaded === undefined || total === undefined) {
      this.bar.removeAttribute("value");
      this.amount.textContent = "";
      return;
    }
    this.bar.max = total;
    this.bar.value = loaded;
    this.amount.textContent = total > 1000 ? `${megabytes(loaded)} of ${megabytes(total)}` : "";
  }

  /** @param {string} message */
  end(message) {
    this.button.hidden = true;
    this.bar.hidden = true;
    this.amount.textContent = "";
    this.text.textContent = message;
    this.results.removeAttribute("aria-busy");
  }
}
