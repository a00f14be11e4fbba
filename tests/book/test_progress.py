"""The list of answered exercises on the page of the course, kept in the browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import violations
from built_pages import soup
from playwright.sync_api import Browser, BrowserContext, Page, expect
from try_page import serving, visit_page

from secretome.course.check_answer import read_exercises
from secretome.course.lessons import lesson_names

COURSE, KEY = "book/course", "secretome-answered"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serving(site) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    yield opened
    opened.close()


def keep(page: Page, content: str) -> None:
    page.evaluate("([key, content]) => localStorage.setItem(key, content)", [KEY, content])
    page.reload()


def answered(page: Page) -> dict[str, str]:
    """What the list says of the lessons with right answers."""
    # The list is made by a script, after the page is loaded.
    expect(page.locator("[data-lesson]")).to_have_count(len(lesson_names()))
    items = page.locator("[data-lesson]").all()
    found = {str(item.get_attribute("data-lesson")): item.inner_text() for item in items}
    assert sorted(found) == lesson_names()
    return {name: text for name, text in found.items() if ": 0 of " not in text}


def test_right_answers_are_listed_and_can_be_cleared(context: BrowserContext, address: str) -> None:
    visit = visit_page(context, address, COURSE)
    page = visit.page
    expect(page.locator("[data-lesson]")).to_have_count(len(lesson_names()))
    clear = page.get_by_role("button", name="Clear the list")
    assert answered(page) == {}
    assert clear.is_hidden()
    keep(page, json.dumps(["ranks-3", "ranks-1", "limits-2", "gone-1", 5]))
    expect(clear).to_be_visible()
    assert answered(page) == {
        "ranks": "Ranks, and what exact means: 2 of 5 exercises (1, 3)",
        "limits": "Titres and detection limits: 1 of 5 exercises (2)",
    }
    link = page.locator("[data-lesson=ranks] a")
    assert link.get_attribute("href") == "../notebooks/methods/ranks/lesson.html#exercises"
    assert not violations(page)
    clear.press("Enter")
    expect(page.locator("[data-live=progress] [role=status]")).to_be_focused()
    assert answered(page) == {}
    assert page.evaluate("key => localStorage.getItem(key)", KEY) is None
    visit.assert_clean()


@pytest.mark.parametrize(
    "content", ["{", *(pytest.param(text, marks=pytest.mark.slow) for text in ('{"ranks-1": 1}', "null", '"ranks-1"'))]
)
def test_a_key_that_another_page_wrote_is_ignored(context: BrowserContext, address: str, content: str) -> None:
    visit = visit_page(context, address, COURSE)
    keep(visit.page, content)
    expect(visit.page.locator("[data-lesson]")).to_have_count(len(lesson_names()))
    assert answered(visit.page) == {}
    visit.assert_clean()


def test_the_list_is_shown_if_storage_is_forbidden(context: BrowserContext, address: str) -> None:
    context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden'); }})")
    page = context.new_page()
    page.goto(f"{address}/{COURSE}.html")
    expect(page.locator("[data-lesson]")).to_have_count(len(lesson_names()))
    assert answered(page) == {}


def test_without_scripts_the_page_explains_why_there_is_no_list(browser: Browser, site: Path, address: str) -> None:
    for opened, scripts in ((f"{address}/{COURSE}.html", False), ((site / f"{COURSE}.html").as_uri(), True)):
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(opened)
        expect(page.locator("[data-live=progress] .live-static")).to_be_visible()
        assert page.locator("[data-live=progress] button:visible").count() == 0
        context.close()


def test_the_page_counts_the_exercises_of_each_lesson(site: Path) -> None:
    counts = json.loads(str(soup(site, COURSE).select("[data-live=progress]")[0]["data-exercises"]))
    assert counts == {name: len(read_exercises(name)) for name in counts}
    assert sorted(counts) == lesson_names()
    for name, count in counts.items():
        assert set(read_exercises(name)) == {f"{name}-{number}" for number in range(1, count + 1)}


@pytest.mark.slow
def test_a_right_answer_on_a_lesson_is_kept(browser: Browser, served: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    visit = visit_page(context, served, "notebooks/methods/ranks/lesson")
    part = visit.page.locator("[data-exercise=ranks-1]")
    for code, kept in (("answer = 3", None), ("answer = 70", '["ranks-1"]')):
        part.locator("textarea").fill(code)
        part.get_by_role("button", name="Run and check").click()
        expect(part).to_have_attribute("data-right", "true" if kept else "false")
        assert visit.page.evaluate("key => localStorage.getItem(key)", KEY) == kept
    visit.page.reload()
    expect(part).to_contain_text("rightly before")
    visit.page.goto(f"{served}/{COURSE}.html")
    assert list(answered(visit.page)) == ["ranks"]
    context.close()
    visit.assert_clean()
