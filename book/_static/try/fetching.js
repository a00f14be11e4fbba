// Fetch the files of the runtime: from the browser's cache if they are there, otherwise from the site. Every file is
// accepted only with the size and the SHA-256 that the manifest states.

/**
 * @typedef {{name: string, part: string, size: number, sha256: string}} RuntimeFile
 * @typedef {{key: string, files: RuntimeFile[]}} Manifest
 */

/** Raised if a file cannot be fetched, or is not the one that the manifest names. */
export class LoadError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "LoadError";
  }
}

const PREFIX = "secretome-runtime-";
// Kept, because the worker replaces its own `fetch` while Python starts.
const fetchFromSite = self.fetch.bind(self);

/**
 * Fetch some files.
 * @param {URL} base the folder of the files
 * @param {string} key the key of the manifest, which names the cache
 * @param {RuntimeFile[]} files
 * @param {(loaded: number, total: number) => void} progress called with the bytes loaded so far and the total
 * @returns {Map<string, Promise<Uint8Array>>} the content of each file by its name
 */
export function fetchFiles(base, key, files, progress) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let loaded = 0;
  const add = (/** @type {number} */ bytes) => progress((loaded += bytes), total);
  const cache = openCache(key);
  return new Map(files.map((file) => [file.name, fetchFile(new URL(file.name, base), file, cache, add)]));
}

/**
 * Open the cache of a manifest, and delete those of other manifests. A browser may refuse to keep anything.
 * @param {string} key
 * @returns {Promise<Cache | null>}
 */
async function openCache(key) {
  try {
    const own = PREFIX + key;
    for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== own) await caches.delete(name);
    return await caches.open(own);
  } catch {
    return null;
  }
}

/**
 * @param {URL} url
 * @param {RuntimeFile} file
 * @param {Promise<Cache | null>} opening
 * @param {(bytes: number) => void} add
 * @returns {Promise<Uint8Array>}
 */
async function fetchFile(url, file, opening, add) {
  const cache = await opening;
  const kept = await cache?.match(url);
  if (kept) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (await isRight(bytes, file)) {
      add(file.size);
      return bytes;
    }
    await cache?.delete(url);
  }
  const response = await fetchFromSite(url, { cache: "no-cache" }).catch(() => null);
  if (!response?.ok || !response.body) {
    const why = response ? `the site answered ${response.status}` : "the site did not answer";
    throw new LoadError(`The software could not be loaded: ${file.name}, ${why}. Check the network, and try again.`);
  }
  const bytes = await readAll(response.body, file.size, add);
  if (!(await isRight(bytes, file))) {
    throw new LoadError(
      `The software was not started: ${file.name} is not the file that the site's list names. It was damaged on its way, or the site was just updated. Reload the page.`,
    );
  }
  await cache?.put(url, new Response(bytes)).catch(() => undefined);
  return bytes;
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} size
 * @param {(bytes: number) => void} add
 * @returns {Promise<Uint8Array>}
 */
async function readAll(stream, size, add) {
  const bytes = new Uint8Array(size);
  const reader = stream.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return at === size ? bytes : bytes.subarray(0, at);
    if (at + value.length > size) return new Uint8Array(0); // longer than the manifest states
    bytes.set(value, at);
    at += value.length;
    add(value.length);
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {RuntimeFile} file
 * @returns {Promise<boolean>}
 */
async function isRight(bytes, file) {
  if (bytes.length !== file.size) return false;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === file.sha256;
}
