// Load the modules of the page. A browser refuses them to a page that was opened from a folder, which then explains itself.
const script = /** @type {HTMLScriptElement} */ (document.currentScript);
if (location.protocol !== "file:") import(new URL("page.js", script.src).href);
