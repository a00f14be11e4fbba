"""The in-browser page in Chromium, for its tests: a visit, and what a reader does there."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
from playwright.sync_api import Browser, BrowserContext, Download, FilePayload, Page, expect

from secretome.cli.server import start_server

# The machine may be busy; no test depends on a time.
MILLISECONDS = 300_000
# An adjusted p of Dunnett's test below this is an integral of limited precision.
MIN_P = 1e-7
STATUS = "#try-progress [role=status]"


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """The address of a built site on this computer."""
    server = start_server(site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@dataclass
class Visit:
    """A visit, with the requests and the faults of its page."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def assert_clean(self) -> None:
        """No script failed, and no request left the site."""
        assert not self.faults
        hosts = {urlsplit(url).netloc for url in self.requests if url.startswith("http")}
        assert hosts == {urlsplit(self.address).netloc}


def visit_page(context: BrowserContext, served: str, name: str = "book/try") -> Visit:
    """Open the page."""
    context.set_default_timeout(MILLISECONDS)
    visit = Visit(context.new_page(), served)
    context.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
    visit.page.on("dialog", lambda dialog: visit.faults.append(dialog.message))
    visit.page.goto(f"{served}/{name}.html")
    return visit


@contextmanager
def visiting(browser: Browser, served: str) -> Iterator[Visit]:
    """One visit, in which files are read one after another; no request leaves the site, and no script fails."""
    context = browser.new_context(viewport={"width": 1000, "height": 1200}, reduced_motion="reduce")
    visit = visit_page(context, served)
    yield visit
    context.close()
    visit.assert_clean()


def choose(page: Page, study: str) -> None:
    """Choose a study."""
    page.locator("select[name=study]").select_option(study)


def drop(page: Page, study: str, name: str, content: bytes) -> None:
    """Give the page a file."""
    choose(page, study)
    page.locator("input[name=file]").set_input_files(payload(name, content))


def payload(name: str, content: bytes) -> FilePayload:
    """A file as a reader gives it."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def use_own_cohort(page: Page, study: str) -> None:
    """Use the cohort of the book."""
    choose(page, study)
    page.get_by_role("button", name="own cohort").click()


def wait_for_rest(page: Page) -> None:
    """Wait until the page works no longer."""
    expect(page.locator("#try-results")).not_to_have_attribute("aria-busy", "true", timeout=MILLISECONDS)


def wait_for_end(page: Page) -> None:
    """Wait until everything is shown."""
    wait_for_rest(page)
    assert page.locator("#try-downloads a").count() == 3, page.locator(STATUS).inner_text()


def wait_for_verdicts(page: Page) -> None:
    """Wait until the verdicts are shown."""
    expect(page.locator("[data-claim]").first).to_be_visible(timeout=MILLISECONDS)


def wait_for_problems(page: Page) -> None:
    """Wait until the problems of a file are shown."""
    expect(page.locator("#try-understood")).to_contain_text("Problems", timeout=MILLISECONDS)
    wait_for_rest(page)


def answer(page: Page, kind: str, meaning: str, name: str = "") -> None:
    """Answer a question of the page."""
    for select in page.locator(f"select[data-choice={kind}]").all():
        if select.get_attribute("data-name") == name:
            select.select_option(meaning)


def read_again(page: Page) -> None:
    """Read the file with the answers."""
    page.get_by_role("button", name="Read the file again").click()


def verdicts(page: Page) -> dict[str, str]:
    """The verdict of each claim that the page shows."""
    cards = page.locator("[data-claim]")
    return dict(cards.evaluate_all("cards => cards.map(card => [card.dataset.claim, card.dataset.verdict])"))


def downloaded(page: Page, name: str) -> str:
    """The text of a download."""
    with page.expect_download() as waiting:
        page.locator(f"#try-downloads a[download='{name}']").click()
    download: Download = waiting.value
    assert download.suggested_filename == name
    return Path(download.path()).read_text(encoding="utf-8")


def assert_equal_tables(shown: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Text is equal; numbers are equal to 1e-9, very small p to 1e-12."""
    assert list(shown.columns) == list(expected.columns)
    assert len(shown) == len(expected)
    for column in expected.columns:
        for one, other in zip(shown[column], expected[column], strict=True):
            if isinstance(other, float) and isinstance(one, float):
                small = 1e-12 if abs(other) < MIN_P else 0.0
                equal = (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-9, abs_tol=small)
                assert equal, (column, one, other)
            else:
                assert one == other, column
