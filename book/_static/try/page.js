// The page "Try it with your own animals": from a file to verdicts, in the reader's browser.
import { find, megabytes } from "./dom.js";
import { Choices } from "./choices.js";
import { StoppedError } from "./runtime.js";
import { Software } from "./software.js";
import { Status } from "./status.js";
import { clearResults, showCurves, showDownloads, showFigures, showVerdicts } from "./results.js";
import { showProblems, showUnderstood } from "./understood.js";

const MAX_BYTES = 50_000_000;

/** @typedef {{name: string, bytes: Uint8Array | null}} Source a file; the study's own cohort has no bytes */

const form = /** @type {HTMLFormElement} */ (find("#try"));
const study = /** @type {HTMLSelectElement} */ (find("select[name=study]", form));
const input = /** @type {HTMLInputElement} */ (find("input[name=file]", form));
const key = /** @type {HTMLInputElement} */ (find("input[name=key]", form));
const pasted = /** @type {HTMLTextAreaElement} */ (find("textarea", form));
const software = new Software();
const status = new Status(find("#try-progress"), () => software.stop(), find("#try-results"));
// The button that the reader pressed is replaced, so the keyboard goes to what follows.
const choices = new Choices(find("#try-choices"), () => void run({ focus: true }));

/** @type {Source | null} */
let source = null;
let runs = 0;

/**
 * Read the chosen file and show everything that follows from it.
 * @param {{focus?: boolean}} [options] whether the keyboard goes to the result
 */
async function run({ focus = false } = {}) {
  const own = (runs += 1);
  const isCurrent = () => own === runs;
  clearResults();
  status.begin();
  try {
    const python = await software.start(status);
    status.show({ message: `Reading ${source?.name}` });
    const path = source?.bytes ? await python.call("write", "file", source.name, source.bytes) : "";
    const samples = source?.bytes && key.files?.[0];
    const keyPath = samples ? await python.call("write", "key", samples.name, await bytesOf(samples)) : "";
    // Python keeps one file, so a run that was replaced must not read its own after the newer one.
    if (!isCurrent()) return;
    const read = await python.python("read", { study: study.value, path, key: keyPath, ...choices.stated });
    if (!isCurrent()) return;
    choices.offer(read.questions);
    if (!read.understood) {
      showProblems(read.problems, find("#try-choices").children.length > 0);
      if (focus) find("#try-understood h2").focus();
      if (read.questions.some((/** @type {{kind: string}} */ { kind }) => kind === "key")) find("#try-key").setAttribute("open", "");
      status.end(`The file was not analysed. Problems found: ${read.problems.length}.`);
      return;
    }
    showUnderstood(read.understood);
    status.show({ message: "Testing the claims" });
    const decided = await python.python("decide");
    if (!isCurrent()) return;
    showVerdicts(read.understood, decided);
    if (focus) find("#try-verdicts h2").focus();
    await finish(python, read.understood, isCurrent);
  } catch (error) {
    if (!isCurrent()) return;
    const stopped = error instanceof StoppedError;
    status.end(stopped ? "Stopped. Choose a file, or press a button above, to start again." : software.explain(error));
  }
}

/** @param {File} file */
async function bytesOf(file) {
  return new Uint8Array(await file.arrayBuffer());
}

/**
 * Show what takes longer, after the verdicts.
 * @param {import("./runtime.js").Runtime} python
 * @param {any} understood
 * @param {() => boolean} isCurrent
 */
async function finish(python, understood, isCurrent) {
  status.show({ message: "Verdicts are shown. Running the sensitivity analysis" });
  const explored = await python.python("explore");
  if (!isCurrent()) return;
  showCurves(understood, explored);
  await showDownloads(understood.cohort, (name) => python.python("table", { name }));
  await python.call("loadFigures");
  const names = await python.python("figures");
  for (const [at, name] of names.entries()) {
    status.show({ message: `Verdicts are shown. Drawing figure ${at + 1} of ${names.length}`, loaded: at, total: names.length });
    const drawn = await python.python("draw", { name });
    if (!isCurrent()) return;
    showFigures(name, drawn.html);
  }
  status.show({ message: "Verdicts are shown. Writing the report" });
  await showDownloads(understood.cohort, null, () => python.python("report"));
  if (isCurrent()) status.end("Done. The verdicts, the figures and the downloads are below.");
}

/** @param {Source} chosen */
function use(chosen) {
  source = chosen;
  choices.reset();
  void run();
}

input.addEventListener("change", async () => {
  const file = input.files?.[0];
  if (!file) return;
  if (file.size > MAX_BYTES) {
    clearResults();
    status.end(`The file has ${megabytes(file.size)}; at most ${megabytes(MAX_BYTES)} can be read. Save only the table in a separate file.`);
    return;
  }
  status.begin();
  use({ name: file.name, bytes: await bytesOf(file) });
});
key.addEventListener("change", () => source && void run());
find("[data-do=no-key]", form).addEventListener("click", () => {
  key.value = "";
  if (source) void run();
});
find("[data-do=example]", form).addEventListener("click", () => use({ name: "the book's own cohort", bytes: null }));
find("[data-do=paste]", form).addEventListener("click", () => {
  if (pasted.value.trim()) use({ name: "pasted.txt", bytes: new TextEncoder().encode(pasted.value) });
  else status.end("Paste a table with its row of column names into the box first.");
});
form.addEventListener("submit", (event) => event.preventDefault());
study.addEventListener("change", () => source && use(source));
for (const kind of ["dragover", "drop"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    const files = /** @type {DragEvent} */ (event).dataTransfer?.files;
    if (kind !== "drop" || !files?.length) return;
    input.files = files;
    input.dispatchEvent(new Event("change"));
  });
}

find("#try-static").remove();
const manifest = await software.manifest;
if (manifest) {
  const total = manifest.files.reduce((sum, file) => sum + file.size, 0);
  find("#try-size").textContent = megabytes(total);
  form.hidden = false;
} else find("#try-missing").hidden = false;
