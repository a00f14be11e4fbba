// The calculation software of a page: started by the first use, stopped by a button, and shared by all parts of the page.
import { LoadError } from "./fetching.js";
import { keepPage } from "./offline.js";
import { fetchManifest, Runtime, StoppedError } from "./runtime.js";

const RUNTIME = new URL("../../runtime/", import.meta.url);
const MISSING =
  "The calculation software is not part of this copy of the site: run `make runtime` and then `make book`, with a network, to add it.";

export class Software {
  constructor() {
    this.manifest = fetchManifest(RUNTIME);
    /** @type {Runtime | null} */
    this.runtime = null;
    /** @type {import("./status.js").Status | null} */
    this.status = null;
  }

  /**
   * Start Python unless it runs already.
   * @param {import("./status.js").Status} status shows the progress
   * @returns {Promise<Runtime>}
   */
  async start(status) {
    this.status = status;
    const manifest = await this.manifest;
    if (!manifest) throw new LoadError(MISSING);
    if (!this.runtime) {
      this.runtime = new Runtime(manifest, (progress) => this.status?.show(progress));
      void this.runtime.ready.then(keepPage, () => undefined);
    }
    await this.runtime.ready;
    return this.runtime;
  }

  /** End the worker, with everything that it is doing. */
  stop() {
    this.runtime?.stop();
    this.runtime = null;
  }

  /**
   * What to tell the reader about an error.
   * @param {unknown} error
   * @returns {string}
   */
  explain(error) {
    if (error instanceof StoppedError) return "Stopped.";
    this.stop();
    if (error instanceof LoadError) return error.message;
    console.error(error);
    return `The calculation stopped because of an error in the software: ${lastLine(error)}. Reload the page to try again.`;
  }
}

/** @param {unknown} error an error; Python's ends with the line that says what happened */
function lastLine(error) {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  return lines[lines.length - 1].replace(/\.$/, "");
}
