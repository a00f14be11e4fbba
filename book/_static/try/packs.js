// Unpack a pack: gzip of the length of an index, the index as JSON, and the files one after another.

/**
 * Write the files of a pack into the file system of Python.
 * @param {Uint8Array} packed
 * @param {string} folder
 * @param {any} files Pyodide's `FS`
 */
export async function unpack(packed, folder, files) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const content = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(content.buffer).getUint32(0);
  /** @type {[string, number][]} */
  const index = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length)));
  const made = new Set();
  let at = 4 + length;
  for (const [name, size] of index) {
    const path = `${folder}/${name}`;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) {
      files.mkdirTree(parent);
      made.add(parent);
    }
    files.writeFile(path, content.subarray(at, at + size), { canOwn: true });
    at += size;
  }
}
