// Load the module of the page. A browser refuses it to a page that was opened from a folder, which then explains itself.
const script = /** @type {HTMLScriptElement} */ (document.currentScript);
if (location.protocol !== "file:") import(new URL(script.dataset.module ?? "", script.src).href);
