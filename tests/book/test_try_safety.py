"""The in-browser page with hostile, large and damaged files, without a network, and when it is stopped."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from try_page import (
    MILLISECONDS,
    STATUS,
    Visit,
    drop,
    read_again,
    serving,
    use_own_cohort,
    visit_page,
    wait_for_end,
    wait_for_problems,
    wait_for_rest,
    wait_for_verdicts,
)

from dropped_files import FILES, HOSTILE_MEANINGS, hostile
from rats import SEPSIS, TREG

pytestmark = pytest.mark.slow


def test_markup_in_names_is_text(visit: Visit) -> None:
    page = visit.page
    drop(page, SEPSIS, "rats <b>.csv", hostile())
    wait_for_problems(page)
    for select in page.locator("#try-choices select").all():
        name = select.get_attribute("data-name") or ""
        assert name in page.locator("#try-choices").inner_text()
        if name in HOSTILE_MEANINGS:
            select.select_option(HOSTILE_MEANINGS[name])
    read_again(page)
    wait_for_end(page)
    assert page.locator("#try-results :is(img, script, b)").count() == 0
    assert "<img src=x" not in page.locator("#try-figures").inner_html()


def test_slash_in_the_name_of_a_file_is_replaced(visit: Visit) -> None:
    drop(visit.page, SEPSIS, "rats </b>.csv", b"animal,group\n")
    wait_for_problems(visit.page)
    expect(visit.page.locator("#try-understood td").first).to_be_visible()


def test_large_file_is_refused(visit: Visit) -> None:
    page = visit.page
    page.evaluate(
        """() => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(51e6)], "large.csv"));
          const input = document.querySelector("input[name=file]");
          input.files = files.files;
          input.dispatchEvent(new Event("change"));
        }"""
    )
    expect(page.locator(STATUS)).to_contain_text("51.0 MB")
    assert page.locator("#try-results h2").count() == 0


def test_stop_ends_the_calculation(visit: Visit) -> None:
    page = visit.page
    drop(page, SEPSIS, "rats.csv", FILES["rats.csv"]())
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(STATUS)).to_contain_text("Stopped")
    assert page.get_by_role("button", name="Stop").is_hidden()
    use_own_cohort(page, TREG)
    wait_for_verdicts(page)


def test_second_visit_needs_no_file_from_server(visit: Visit) -> None:
    page, asked = visit.page, []
    use_own_cohort(page, TREG)
    wait_for_end(page)
    page.reload()
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    use_own_cohort(page, TREG)
    wait_for_end(page)
    # The manifest is asked for, because it names the version; the rest comes from the browser's cache.
    assert {path for path in asked if path.startswith("/runtime/")} <= {"/runtime/manifest.json"}


def test_page_works_without_a_network_after_the_first_visit(visit: Visit) -> None:
    page = visit.page
    use_own_cohort(page, TREG)
    wait_for_end(page)
    page.evaluate(
        "async () => { while (!(await caches.match(location.href))) await new Promise((go) => setTimeout(go, 100)); }"
    )
    page.context.set_offline(True)
    page.reload()
    use_own_cohort(page, TREG)
    wait_for_end(page)
    page.context.set_offline(False)


def test_changed_byte_in_a_file_of_the_runtime_is_refused(runtime_site: Path, browser: Browser, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(runtime_site, site, copy_function=_link)
    changed = site / "runtime" / "secretome.pack"
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.unlink()
    changed.write_bytes(content)
    context = browser.new_context()
    with serving(site) as served:
        visit = visit_page(context, served)
        use_own_cohort(visit.page, TREG)
        expect(visit.page.locator(STATUS)).to_contain_text("secretome.pack", timeout=MILLISECONDS)
        wait_for_rest(visit.page)
        expect(visit.page.locator(STATUS)).to_contain_text("not started")
        assert visit.page.locator("#try-results h2").count() == 0
        context.close()


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def test_page_from_disk_explains_itself(site: Path, browser: Browser) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / "book" / "try.html").as_uri())
    expect(page.locator("#try-static")).to_contain_text("secretome serve")
    assert page.locator("#try").is_hidden()
    context.close()
