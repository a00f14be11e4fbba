// Python in a web worker. It starts from files that were checked, and answers one call after another.
import { fetchFiles } from "./fetching.js";
import { unpack } from "./packs.js";

const BASE = new URL("../../runtime/", import.meta.url);
const PACKAGES = "/lib/python3.12/site-packages";
const COHORTS = "/cohort";

/** @type {any} */
let python;
/** @type {any} */
let call;
/** @type {import("./fetching.js").Manifest} */
let manifest;
let hasFigures = false;

/** @param {string} message @param {number} [loaded] @param {number} [total] */
const report = (message, loaded, total) => self.postMessage({ progress: { message, loaded, total } });

/** @param {(file: {part: string}) => boolean} chosen @param {string} message */
function load(chosen, message) {
  const files = manifest.files.filter(chosen);
  return fetchFiles(BASE, manifest.key, files, (loaded, total) => report(message, loaded, total));
}

/** @param {Uint8Array} bytes */
async function importScript(bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * Start Pyodide from bytes: its requests are answered with the files whose hashes were checked.
 * @param {Map<string, Promise<Uint8Array>>} contents
 */
async function startPython(contents) {
  const fetchFromSite = self.fetch;
  self.fetch = async (address, options) => {
    const url = new URL(address instanceof Request ? address.url : address, BASE);
    const content = contents.get(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
    if (!content) return fetchFromSite(address, options);
    const type = url.pathname.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(await content, { headers: { "Content-Type": type } });
  };
  const scripts = ["pyodide.asm.js", "pyodide.mjs"].map((name) => contents.get(name));
  await importScript(/** @type {Uint8Array} */ (await scripts[0]));
  const { loadPyodide } = await importScript(/** @type {Uint8Array} */ (await scripts[1]));
  const started = await loadPyodide({ indexURL: BASE.href, stdLibURL: new URL("stdlib.zip", BASE).href });
  self.fetch = fetchFromSite;
  return started;
}

/** @type {Object<string, (...args: any[]) => Promise<any>>} */
const CALLS = {
  /** @param {import("./fetching.js").Manifest} given */
  async start(given) {
    manifest = given;
    const contents = load((file) => file.part !== "figures", "Loading the calculation software");
    void Promise.all(contents.values()).then(() => report("Starting the calculation software"), () => undefined);
    // If a file cannot be loaded, report that error: Pyodide would report a later one.
    const failed = Promise.all(contents.values()).then(() => new Promise(() => undefined));
    python = await Promise.race([startPython(contents), failed]);
    const packs = { "openblas.pack": "/usr/lib", "packages.pack": PACKAGES, "secretome.pack": PACKAGES };
    for (const [name, folder] of Object.entries(packs)) {
      await unpack(/** @type {Uint8Array} */ (await contents.get(name)), folder, python.FS);
    }
    await python._api.loadDynlib("/usr/lib/libopenblas.so", true);
    python.runPython("import os; os.environ['MPLBACKEND'] = 'agg'");
    call = python.pyimport("secretome.browser.calls").call;
  },

  /** @param {"file" | "key"} folder @param {string} name @param {Uint8Array} bytes */
  async write(folder, name, bytes) {
    const path = `${COHORTS}/${folder}`;
    python.FS.mkdirTree(path);
    for (const old of python.FS.readdir(path)) if (!/^\.\.?$/.test(old)) python.FS.unlink(`${path}/${old}`);
    // A file that is dropped from another page may have any name.
    const file = `${path}/${name.replace(/[/\0]/g, "_")}`;
    python.FS.writeFile(file, bytes);
    return file;
  },

  /** @param {string} method @param {any} options */
  async python(method, options) {
    return JSON.parse(call(method, JSON.stringify(options)));
  },

  async loadFigures() {
    if (hasFigures) return;
    const contents = load((file) => file.part === "figures", "Loading the drawing software");
    for (const content of contents.values()) await unpack(await content, PACKAGES, python.FS);
    python.runPython("import importlib; importlib.invalidate_caches()");
    hasFigures = true;
  },
};

let queue = Promise.resolve();
self.addEventListener("message", ({ data: { id, name, args } }) => {
  queue = queue.then(async () => {
    try {
      self.postMessage({ id, value: await CALLS[name](...args) });
    } catch (error) {
      // An error of Python's file system is no `Error`, and has a number only.
      const number = /** @type {{errno?: number} | undefined} */ (error)?.errno;
      const { message, name } = error instanceof Error ? error : new Error(number ? `error ${number}` : String(error));
      self.postMessage({ id, error: message, kind: name });
    }
  });
});
