"""The in-browser page breaks no rule of accessibility in any state, and is used from study to verdict by keyboard."""

import itertools
from collections.abc import Iterator

import pytest
from axe import violations
from playwright.sync_api import Browser, Page, expect
from try_page import (
    MILLISECONDS,
    STATUS,
    Visit,
    drop,
    use_own_cohort,
    visit_page,
    wait_for_end,
    wait_for_problems,
    wait_for_verdicts,
)

from dropped_files import FILES, with_three_problems
from rats import SEPSIS, TREG

pytestmark = pytest.mark.slow
VIEWS = [(width, theme) for width in (1000, 320) for theme in ("light", "dark")]


@pytest.fixture
def fresh(browser: Browser, served: str) -> Iterator[Page]:
    """A first visit."""
    context = browser.new_context(viewport={"width": 1000, "height": 900}, reduced_motion="reduce")
    visit = visit_page(context, served)
    expect(visit.page.locator("#try")).to_be_visible()
    yield visit.page
    context.close()
    visit.assert_clean()


def assert_accessible(page: Page) -> None:
    """No rule is broken, and nothing is wider than the page, on a desk and on a phone, in light and dark."""
    for width, theme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        assert not violations(page), (width, theme)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (width, theme)
    page.set_viewport_size({"width": 1000, "height": 1200})


def test_start_loading_and_stopped_are_accessible(fresh: Page) -> None:
    assert_accessible(fresh)
    use_own_cohort(fresh, TREG)
    stop = fresh.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    assert not violations(fresh)
    stop.click()
    expect(fresh.locator(STATUS)).to_contain_text("Stopped")
    assert_accessible(fresh)


def test_page_without_the_runtime_is_accessible(fresh: Page) -> None:
    fresh.route("**/manifest.json", lambda route: route.fulfill(status=404, body=""))
    fresh.evaluate("async () => { for (const name of await caches.keys()) await caches.delete(name); }")
    fresh.reload()
    expect(fresh.locator("#try-missing")).to_be_visible()
    assert_accessible(fresh)


def test_error_while_loading_is_accessible(fresh: Page) -> None:
    fresh.context.route("**/stdlib.zip", lambda route: route.fulfill(status=500, body=""))
    use_own_cohort(fresh, TREG)
    expect(fresh.locator(STATUS)).to_contain_text("stdlib.zip", timeout=MILLISECONDS)
    assert_accessible(fresh)


def test_problems_and_questions_are_accessible(visit: Visit) -> None:
    drop(visit.page, SEPSIS, "rats.csv", with_three_problems())
    wait_for_problems(visit.page)
    assert_accessible(visit.page)


@pytest.mark.parametrize("study", [SEPSIS, TREG])
def test_verdicts_are_accessible(visit: Visit, study: str) -> None:
    use_own_cohort(visit.page, study)
    wait_for_end(visit.page)
    for summary in visit.page.locator("#try-results summary").all():
        summary.click()
    assert_accessible(visit.page)


def test_keyboard_goes_from_study_to_verdict(visit: Visit) -> None:
    page = visit.page
    study = page.locator("select[name=study]")
    study.focus()
    page.keyboard.type("Regulatory")
    expect(study).to_have_value(TREG)
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="own cohort")).to_be_focused()
    page.keyboard.press("Enter")
    wait_for_end(page)
    drop(page, SEPSIS, "rats.csv", with_three_problems())
    wait_for_problems(page)
    page.locator("#try-choices select").first.focus()
    for choice in ("IL-4", "Sham", "150"):
        page.keyboard.type(choice)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Read the file again")).to_be_focused()
    page.keyboard.press("Enter")
    wait_for_verdicts(page)
    # The button that was pressed is gone, so the keyboard is at the result.
    expect(page.locator("#try-verdicts h2")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('#try-results') !== null")


def test_live_region_names_each_step(fresh: Page) -> None:
    fresh.evaluate(
        """() => {
          globalThis.spoken = [];
          const region = document.querySelector("#try-progress [role=status]");
          new MutationObserver(() => spoken.push(region.textContent)).observe(region, { childList: true });
        }"""
    )
    drop(fresh, SEPSIS, "rats.csv", FILES["rats.csv"]())
    wait_for_end(fresh)
    spoken = fresh.evaluate("() => spoken")
    steps = ["Loading", "Starting", "Reading rats.csv", "Testing", "Verdicts are shown", "Done"]
    at = [next(number for number, text in enumerate(spoken) if step in text) for step in steps]
    assert at == sorted(at)
    # A screen reader hears no sentence twice in a row, and no amounts.
    assert all(one != other for one, other in itertools.pairwise(spoken))
    assert not [text for text in spoken if "MB" in text]
