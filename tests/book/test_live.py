"""Parts of pages that calculate in Chromium: power for a reader's group sizes, exercises, and printed tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe import violations
from playwright.sync_api import Browser, Page, expect
from try_page import MILLISECONDS, visit_page

from rats import SEPSIS
from secretome.audit.live import audit_text
from secretome.power.live import power

pytestmark = pytest.mark.slow
PLANNING, LESSON, PRINTED = "notebooks/power/analysis", "notebooks/methods/ranks/lesson", "book/reported"


@contextmanager
def opened(browser: Browser, served: str, page: str) -> Iterator[Page]:
    """A visit to a page, on which no script fails and from which no request leaves."""
    context = browser.new_context(viewport={"width": 1000, "height": 900}, reduced_motion="reduce")
    visit = visit_page(context, served, page)
    yield visit.page
    context.close()
    visit.assert_clean()


def test_power_of_the_readers_sizes(browser: Browser, served: str) -> None:
    with opened(browser, served, PLANNING) as page:
        part = page.locator("[data-live=power]")
        part.locator("select[name=claim]").select_option(f"{SEPSIS} il4_rises_t2")
        part.locator("input[name=sizes]").fill("7, 9")
        part.get_by_role("button", name="Calculate").click()
        expect(part.locator(".live-result tbody tr")).to_have_count(2, timeout=MILLISECONDS)
        rows = part.locator(".live-result tbody tr").all()
        assert [row.locator("th, td").all_inner_texts() for row in rows] == power(SEPSIS, "il4_rises_t2", "7, 9")[
            "rows"
        ]
        assert not violations(page)
        part.locator("input[name=sizes]").fill("many")
        part.get_by_role("button", name="Calculate").click()
        expect(part.locator("[role=status]")).to_contain_text("'many'", timeout=MILLISECONDS)


def test_exercise_runs_a_cell_and_checks_its_answer(browser: Browser, served: str) -> None:
    with opened(browser, served, LESSON) as page:
        part = page.locator("[data-exercise=ranks-1]")
        cell, status = part.locator("textarea"), part.locator("[role=status]")
        run = part.get_by_role("button", name="Run and check")
        run.click()
        expect(status).to_contain_text("No answer yet", timeout=MILLISECONDS)
        for code, expected in (
            ("answer = 3", "Not yet"),
            ("answer = 1 /", "error"),
            ("from math import comb\nanswer = comb(8, 4)\nanswer", "Right"),
        ):
            cell.fill(code)
            run.click()
            expect(status).to_contain_text(expected, timeout=MILLISECONDS)
        assert part.locator(".live-result pre").inner_text() == "70"
        assert not violations(page)


def test_printed_table_is_checked(browser: Browser, served: str) -> None:
    with opened(browser, served, PRINTED) as page:
        part = page.locator("[data-live=audit]")
        check = part.get_by_role("button", name="Check the table")
        example = part.locator("textarea").input_value()
        check.click()
        rows = part.locator(".live-result tbody tr")
        expect(rows).to_have_count(12, timeout=MILLISECONDS)
        assert [row.locator("th, td").all_inner_texts() for row in rows.all()] == audit_text(example)["findings"]
        assert not violations(page)
        part.locator("textarea").fill(example.replace("role: control", "rule: control"))
        check.click()
        expect(part.locator("[role=status]")).to_contain_text("Problems found: 1", timeout=MILLISECONDS)
        assert not violations(page)


@pytest.mark.parametrize("name", [PLANNING, LESSON, PRINTED])
def test_part_from_disk_explains_itself(site: Path, browser: Browser, name: str) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / f"{name}.html").as_uri())
    expect(page.locator(".live-static")).to_contain_text("secretome serve")
    assert page.locator("[data-live] form:visible").count() == 0
    context.close()
