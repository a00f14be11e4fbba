// Load the module of the page. Browsers load no module for a page opened from a folder; the page then explains this.
const script = /** @type {HTMLScriptElement} */ (document.currentScript);
if (location.protocol !== "file:") import(new URL(script.dataset.module ?? "", script.src).href);
