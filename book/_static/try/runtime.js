// The page's side of the worker: start it, call it, and stop it.

/** @typedef {{message: string, loaded?: number, total?: number}} Progress */

import { LoadError } from "./fetching.js";

/** Raised for calls that end because the reader stopped the calculation. */
export class StoppedError extends Error {}

/**
 * Fetch the manifest of the runtime.
 * @param {URL} base the folder of the runtime
 * @returns {Promise<import("./fetching.js").Manifest | null>} null if the site has no runtime
 */
export async function fetchManifest(base) {
  const url = new URL("manifest.json", base);
  try {
    const response = await fetch(url, { cache: "no-cache" });
    if (!response.ok) return null;
    const manifest = await response.clone().json();
    const cache = await caches.open("secretome-manifest").catch(() => null);
    await cache?.put(url, response).catch(() => undefined);
    return manifest;
  } catch {
    // Without a network, the manifest of the last visit names the files in the cache.
    const kept = await caches.match(url).catch(() => undefined);
    return kept ? kept.json() : null;
  }
}

export class Runtime {
  /**
   * @param {import("./fetching.js").Manifest} manifest
   * @param {(progress: Progress) => void} onProgress
   */
  constructor(manifest, onProgress) {
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    this.calls = 0;
    // A worker made from a blob obeys the content policy of this page; one made from an address obeys its own.
    const script = `import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`;
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.worker = new Worker(url, { type: "module" });
    this.worker.addEventListener("message", ({ data }) => {
      if (data.progress) onProgress(data.progress);
      else this.settle(data);
    });
    this.worker.addEventListener("error", (event) => {
      event.preventDefault(); // reported to the reader
      this.end(new Error(event.message || "The calculation software could not be started."));
    });
    this.ready = this.call("start", manifest);
  }

  /** @param {{id: number, value?: any, error?: string, kind?: string}} answer */
  settle({ id, value, error, kind }) {
    const call = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(kind === "LoadError" ? new LoadError(error) : new Error(error));
  }

  /**
   * Call a function of the worker.
   * @param {string} name
   * @param {...any} args
   * @returns {Promise<any>}
   */
  call(name, ...args) {
    return new Promise((resolve, reject) => {
      this.waiting.set((this.calls += 1), { resolve, reject });
      this.worker.postMessage({ id: this.calls, name, args });
    });
  }

  /**
   * Call a method of the Python session.
   * @param {string} method
   * @param {Object<string, any>} [options]
   * @returns {Promise<any>}
   */
  python(method, options = {}) {
    return this.call("python", method, options);
  }

  /** End the worker, with everything that it is doing. */
  stop() {
    this.end(new StoppedError("Stopped."));
  }

  /** @param {Error} error */
  end(error) {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
