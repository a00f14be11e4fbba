// Start the slides of a lesson, in the colours that the reader chose for the book or for the computer.
/** @type {any} */
const reveal = Reflect.get(window, "Reveal");
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Use the light or the dark colours. */
function setTheme() {
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("mode") ?? "auto";
  } catch {
    // Storage may be forbidden; the computer's setting remains.
  }
  document.documentElement.dataset.theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
}

setTheme();
dark.addEventListener("change", setTheme);
// Paper is white.
addEventListener("beforeprint", () => (document.documentElement.dataset.theme = "light"));
addEventListener("afterprint", setTheme);
reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  hash: true,
  slideNumber: "c/t",
  transition: "none",
  backgroundTransition: "none",
  controlsTutorial: false,
});
