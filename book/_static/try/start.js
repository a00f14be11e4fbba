// Load the modules of the page. A browser refuses them to a page that was opened from a folder, which then explains itself.
if (location.protocol !== "file:") import(new URL("page.js", document.currentScript.src).href);
