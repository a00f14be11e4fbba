"""The in-browser page: files become verdicts in Chromium, equal to the command line's, and nothing leaves the site."""

import math
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from axe import violations
from playwright.sync_api import Browser, Download, FilePayload, Page, expect

from dropped_files import FILES, HOSTILE_MEANINGS, MEANINGS, hostile, numbers, with_three_problems
from rats import SEPSIS, TREG
from secretome import adjudicate, analyse, load_study
from secretome.cli.server import start_server

MILLISECONDS = 60_000
# An adjusted p of Dunnett's test below this is an integral of limited precision.
SMALLEST_P = 1e-7
THEMES = ("light", "dark")


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The address of the built site on this computer."""
    if not (site / "runtime" / "manifest.json").is_file():
        if os.environ.get("CI"):
            pytest.fail("the site has no runtime")
        pytest.skip("the site has no runtime: run `make runtime` with a network to test the in-browser page")
    server = start_server(site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def visit(served: str, browser: Browser) -> Iterator[Page]:
    """One visit, in which all files are read one after another. No request leaves the site, and no script fails."""
    context = browser.new_context(viewport={"width": 1000, "height": 1200}, reduced_motion="reduce")
    context.set_default_timeout(MILLISECONDS)
    requests: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(f"{served}/book/try.html")
    yield page
    context.close()
    assert not faults
    assert {urlsplit(url).netloc for url in requests if url.startswith("http")} == {urlsplit(served).netloc}


def drop(page: Page, study: str, name: str, content: bytes) -> None:
    """Give the page a file."""
    page.locator("select[name=study]").select_option(study)
    payload: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[name=file]").set_input_files(payload)


def wait_for_end(page: Page) -> None:
    """Wait until everything is shown."""
    expect(page.locator("#try-results")).not_to_have_attribute("aria-busy", "true", timeout=MILLISECONDS)
    assert page.locator("#try-downloads a").count() == 3, page.locator("#try-progress [role=status]").inner_text()


def verdicts(page: Page) -> dict[str, str]:
    """The verdict of each claim that the page shows."""
    cards = page.locator("[data-claim]")
    return dict(cards.evaluate_all("cards => cards.map(card => [card.dataset.claim, card.dataset.verdict])"))


def downloaded(page: Page, name: str) -> str:
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
                small = 1e-12 if abs(other) < SMALLEST_P else 0.0
                assert (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-9, abs_tol=small)
            else:
                assert one == other, column


def command_line_tables(study: str, path: Path | None = None) -> dict[str, pd.DataFrame]:
    """The tables of a rerun, read from their text."""
    loaded = load_study(study, path)
    results = analyse(loaded)
    return {
        "results": numbers(results.to_csv(index=False)),
        "verdicts": numbers(adjudicate(loaded, results).to_csv(index=False)),
    }


def test_csv_downloads_equal_rerun(visit: Page, tmp_path: Path) -> None:
    content = FILES["rats.csv"]()
    (tmp_path / "rats.csv").write_bytes(content)
    drop(visit, SEPSIS, "rats.csv", content)
    wait_for_end(visit)
    expected = command_line_tables(SEPSIS, tmp_path / "rats.csv")
    for name, table in expected.items():
        assert_equal_tables(numbers(downloaded(visit, f"{name}.csv")), table)
    assert verdicts(visit) == dict(zip(expected["verdicts"]["claim"], expected["verdicts"]["verdict"], strict=True))
    assert visit.locator("#try-figures svg").count() == 2
    assert visit.locator("#try-curves svg").count() == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FILES if name != "rats.csv"])
def test_other_files_give_verdicts_of_csv(visit: Page, name: str) -> None:
    drop(visit, SEPSIS, name, FILES[name]())
    wait_for_end(visit)
    assert set(verdicts(visit).values()) == {"supported"}


@pytest.mark.slow
def test_problems_are_solved_by_choosing_names(visit: Page) -> None:
    drop(visit, SEPSIS, "rats.csv", with_three_problems())
    choices = visit.locator("select[data-name]")
    expect(choices).to_have_count(len(MEANINGS), timeout=MILLISECONDS)
    assert visit.locator("#try-understood tbody tr").count() == len(MEANINGS)
    assert not violations(visit)
    for name, meaning in MEANINGS.items():
        visit.locator(f"select[data-name='{name}']").select_option(meaning)
    visit.get_by_role("button", name="Read the file again").click()
    wait_for_end(visit)
    assert set(verdicts(visit).values()) == {"supported"}


@pytest.mark.slow
def test_markup_in_names_is_text(visit: Page) -> None:
    drop(visit, SEPSIS, "rats.csv", hostile())
    expect(visit.locator("select[data-name]").first).to_be_visible(timeout=MILLISECONDS)
    for name, meaning in HOSTILE_MEANINGS.items():
        visit.locator("select[data-name]").filter(has=visit.locator(f"option[value={meaning}]")).first.select_option(
            meaning
        )
        assert name in visit.locator("#try-choices").inner_text()
    visit.get_by_role("button", name="Read the file again").click()
    wait_for_end(visit)
    assert visit.locator("#try-results img, #try-results script").count() == 0
    assert "<img src=x" not in visit.locator("#try-figures").inner_html()


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1000, 320])
def test_verdicts_are_accessible(visit: Page, theme: str, width: int) -> None:
    visit.locator("select[name=study]").select_option(TREG)
    visit.get_by_role("button", name="own cohort").click()
    wait_for_end(visit)
    visit.set_viewport_size({"width": width, "height": 900})
    visit.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    assert not violations(visit)
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.set_viewport_size({"width": 1000, "height": 1200})


@pytest.mark.slow
def test_report_has_verdicts_of_page(visit: Page) -> None:
    visit.locator("select[name=study]").select_option(TREG)
    visit.get_by_role("button", name="own cohort").click()
    wait_for_end(visit)
    report = downloaded(visit, "report.html")
    assert "Content-Security-Policy" in report
    for claim in load_study(TREG).protocol.claims.values():
        assert claim.sentence in report


@pytest.mark.slow
def test_stop_ends_the_calculation(visit: Page) -> None:
    drop(visit, SEPSIS, "rats.csv", FILES["rats.csv"]())
    visit.get_by_role("button", name="Stop").click()
    expect(visit.locator("#try-progress [role=status]")).to_contain_text("Stopped")
    assert visit.evaluate("document.querySelector('#try-progress button').hidden")


@pytest.mark.slow
def test_second_visit_needs_no_file_from_server(visit: Page, served: str) -> None:
    asked: list[str] = []
    visit.goto(f"{served}/book/try.html")
    visit.on("request", lambda request: asked.append(urlsplit(request.url).path))
    visit.get_by_role("button", name="own cohort").click()
    expect(visit.locator("[data-claim]").first).to_be_visible(timeout=MILLISECONDS)
    # The manifest is asked for, because it names the version; the rest comes from the browser's cache.
    assert {path for path in asked if path.startswith("/runtime/")} <= {"/runtime/manifest.json"}


@pytest.mark.slow
def test_page_works_without_a_network_after_the_first_visit(visit: Page) -> None:
    kept = (
        "async () => { while (!(await caches.match(location.href))) await new Promise((go) => setTimeout(go, 100)); }"
    )
    visit.evaluate(kept)
    visit.context.set_offline(True)
    visit.reload()
    visit.get_by_role("button", name="own cohort").click()
    expect(visit.locator("[data-claim]").first).to_be_visible(timeout=MILLISECONDS)
    visit.context.set_offline(False)


def test_large_file_is_refused(visit: Page) -> None:
    script = """() => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(51e6)], "large.csv"));
      const input = document.querySelector("input[name=file]");
      input.files = files.files;
      input.dispatchEvent(new Event("change"));
    }"""
    visit.evaluate(script)
    expect(visit.locator("#try-progress [role=status]")).to_contain_text("51.0 MB")


def test_page_from_disk_explains_itself(site: Path, browser: Browser) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / "book" / "try.html").as_uri())
    expect(page.locator("#try-static")).to_contain_text("secretome serve")
    assert page.locator("#try").is_hidden()
    context.close()
