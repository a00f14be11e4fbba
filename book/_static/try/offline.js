// Keep the files of this page, so that it opens without a network on the next visit.

/** Ask the service worker to cache everything that the page loaded except the runtime, which is cached separately. */
export async function keepPage() {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(new URL("../../book/offline.js", import.meta.url));
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    // The worker's modules are loaded by the worker, which the page does not see.
    const modules = ["worker.js", "fetching.js", "packs.js"].map((name) => new URL(name, import.meta.url).href);
    const own = [location.href.split("#")[0], ...loaded, ...modules];
    active?.postMessage(own.filter((url) => url.startsWith(location.origin) && !url.includes("/runtime/")));
  } catch {
    // A browser that keeps nothing, as in a private window, needs the network again.
  }
}
