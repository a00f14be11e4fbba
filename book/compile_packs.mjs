// Compile the Python files of a folder, in place, with the Python that will run them.
//
//     node book/compile_packs.mjs RUNTIME FOLDER
//
// RUNTIME holds Pyodide's core; in FOLDER each module.py becomes module.pyc, which needs no source file beside it.
import path from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, folder] = process.argv.slice(2).map((each) => path.resolve(each));
const { loadPyodide } = await import(pathToFileURL(path.join(runtime, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: runtime });
python.FS.mkdir("/packs");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/packs");
const failed = python.runPython(`
import os
import py_compile

failed = []
for at, _, names in os.walk("/packs"):
    if "_notebooks" in at:  # executed from their text
        continue
    for name in names:
        source = os.path.join(at, name)
        if not name.endswith(".py"):
            continue
        try:
            shown = source.removeprefix("/packs/").partition("/")[2]
            py_compile.compile(source, source + "c", shown, doraise=True,
                               invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
            os.remove(source)
        except py_compile.PyCompileError as error:
            failed.append(f"{source}: {error}")
"\\n".join(failed)
`);
if (failed) console.error(failed);
