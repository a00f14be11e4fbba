"""What the in-browser page costs: seconds, megabytes and memory in Chromium, for two studies: ``make bench-browser``.

Writes ``notebooks/benchmarks/browser.csv``, and where and under which load it was measured into ``browser_on.csv``. The
site must be built, with its runtime. A number of visits may be given, of which the medians are
taken: ``browser.py 1``.
"""

import csv
import json
import os
import re
import statistics
import sys
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from secretome.cli.server import start_server

ROOT = Path(__file__).parents[1]
OUT = ROOT / "notebooks" / "benchmarks"
SITE = ROOT / "_build" / "html"
STUDIES = ("sepsis_cytokines", "humoral_immunity")
VISITS = 3
MILLISECONDS = 600_000
OBSERVE = """
globalThis.longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
}).observe({ type: "longtask", buffered: true });
"""
STATUS = "#try-progress [role=status]"


def measure(page: Page, study: str) -> dict[str, float]:
    """Seconds from the click to each step, and of the longest task of the page's own thread."""
    expect(page.locator("#try")).to_be_visible(timeout=MILLISECONDS)
    page.locator("select[name=study]").select_option(study)
    begin = time.perf_counter()
    page.get_by_role("button", name="own cohort").click()

    def reached(locator: str) -> float:
        page.locator(locator).first.wait_for(timeout=MILLISECONDS)
        return time.perf_counter() - begin

    expect(page.locator(STATUS)).to_contain_text("Reading", timeout=MILLISECONDS)
    steps = {"ready": time.perf_counter() - begin, "verdicts": reached("[data-claim]")}
    steps["specification curves"] = reached("#try-curves h2")
    steps["report"] = reached("#try-downloads a[download='report.html']")
    steps["longest task of the page"] = page.evaluate("() => longest") / 1000
    return steps


def memory(browser: Browser) -> float:
    """The largest memory that any process of the browser had so far, in megabytes."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    about = (Path(f"/proc/{each['id']}/status").read_text(encoding="utf-8") for each in processes)
    peaks = (re.search(r"VmHWM:\s*(\d+) kB", text) for text in about)
    return max(int(peak[1]) for peak in peaks if peak) / 1000


def rows(address: str, number: int) -> list[tuple[str, str, str, float]]:
    """One row per study, visit and step."""
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    with sync_playwright() as playwright:
        for study in STUDIES:
            for _ in range(number):
                browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
                context = browser.new_context()
                context.add_init_script(OBSERVE)
                for visit in ("first", "later"):
                    page = context.new_page()
                    page.goto(f"{address}/book/try.html")
                    steps = measure(page, study)
                    steps["memory"] = memory(browser)
                    found.setdefault((study, visit), []).append(steps)
                    page.close()
                browser.close()
    return [
        (study, visit, step, round(statistics.median(each[step] for each in visits), 3))
        for (study, visit), visits in found.items()
        for step in visits[0]
    ]


def main() -> int:
    """Measure, and write both tables."""
    manifest = SITE / "runtime" / "manifest.json"
    if not manifest.is_file():
        print("The site has no runtime: run `make runtime` and then `make book`.", file=sys.stderr)
        return 1
    sizes: dict[str, int] = {}
    for file in json.loads(manifest.read_text(encoding="utf-8"))["files"]:
        sizes[file["part"]] = sizes.get(file["part"], 0) + file["size"]
    before = os.getloadavg()[0]
    visits = int(sys.argv[1]) if len(sys.argv) > 1 else VISITS
    server = start_server(SITE)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    measured = rows(f"http://127.0.0.1:{server.server_port}", visits)
    server.shutdown()
    _write("browser.csv", ("study", "visit", "step", "value"), measured)
    about = [
        ("megabytes to start", round(sizes["start"] / 1e6, 1)),
        ("megabytes for figures", round(sizes["figures"] / 1e6, 1)),
        ("cores", os.cpu_count()),
        ("visits", visits),
        ("load", f"{before:.1f} to {os.getloadavg()[0]:.1f}"),
    ]
    _write("browser_on.csv", ("what", "is"), about)
    return 0


def _write(name: str, titles: tuple[str, ...], content: list[tuple[object, ...]]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(titles)
        writer.writerows(content)


if __name__ == "__main__":
    sys.exit(main())
