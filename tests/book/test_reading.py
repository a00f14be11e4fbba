"""What readers do on the built pages: search without a network, go by keyboard, print."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

SEPSIS = "notebooks/sepsis_cytokines/analysis"


def test_the_first_key_leads_to_the_words(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / f"{SEPSIS}.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main-content")
    page.close()


def test_every_control_is_reached_by_keyboard_and_shows_that_it_is(site: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto((site / "book" / "reading.html").as_uri())
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, summary, input')]
             .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('dialog') && e.tabIndex >=
             0).length"""
    )
    reached = page.evaluate("0")
    seen: set[str] = set()
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        here, outline = page.evaluate(
            """() => {
              const e = document.activeElement;
              if (e === document.body) return ["", "solid"];
              e.dataset.tabbed ??= String(Math.random());
              return [e.dataset.tabbed, getComputedStyle(e).outlineStyle];
            }"""
        )
        if here and here not in seen:
            seen.add(here)
            reached += 1
            assert outline == "solid", page.evaluate("document.activeElement.outerHTML")
    assert reached >= wanted
    page.close()


def test_paper_shows_the_article_alone(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / f"{SEPSIS}.html").as_uri())
    page.emulate_media(media="print")
    for hidden in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", "details.above-input"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("article h1").is_visible()
    assert page.locator("article .simulated").first.is_visible()
    page.close()


def test_no_words_are_smaller_than_the_smallest_step(site: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    for name in ("index", SEPSIS, "book/api", "book/interactive", "notebooks/methods/ranks/lesson"):
        page.goto((site / f"{name}.html").as_uri())
        small = page.evaluate(
            """() => [...document.querySelectorAll('body *')]
                 .filter(e => !e.closest('svg') && e.checkVisibility())
                 .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
                 .filter(e => parseFloat(getComputedStyle(e).fontSize) < 12.95).map(e => e.outerHTML.slice(0, 90))"""
        )
        assert not small, (name, small)
    page.close()


def test_figures_take_a_readers_own_colours(site: Path, browser: Browser) -> None:
    """A page set to light, under a system of high contrast on black: what would be ink is not."""
    context = browser.new_context(forced_colors="active", color_scheme="dark")
    context.add_init_script("localStorage.setItem('mode', 'light'); localStorage.setItem('theme', 'light')")
    page = context.new_page()
    page.goto((site / f"{SEPSIS}.html").as_uri())
    ink, words = page.evaluate(
        """() => [getComputedStyle(document.querySelector('figure.drawing svg text')).fill,
                   getComputedStyle(document.querySelector('article h1')).color]"""
    )
    assert ink == words
    context.close()


def test_nothing_moves_for_who_asked_for_stillness(site: Path, browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((site / f"{SEPSIS}.html").as_uri())
    moving = """() => [...document.querySelectorAll('*')].map(e => getComputedStyle(e)).filter(s =>
        parseFloat(s.transitionDuration) > 0 || parseFloat(s.animationDuration) > 0 || s.scrollBehavior ===
        'smooth').length"""
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0
    context.close()


def test_tables_on_paper_keep_together_what_is_short(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / f"{SEPSIS}.html").as_uri())
    page.emulate_media(media="print")
    rows, broken = (
        "tables => tables.map(t => t.querySelectorAll('tbody tr').length)",
        "tables => tables.map(t => getComputedStyle(t).breakInside)",
    )
    tables = page.locator("article .table-scroll")
    for count, style in zip(tables.evaluate_all(rows), tables.evaluate_all(broken), strict=True):
        assert style == ("avoid" if count < 9 else "auto")
    # A button in a head keeps Chromium from repeating it on the next page.
    assert page.locator("thead .sort").first.evaluate("e => getComputedStyle(e).display") == "contents"
    page.close()


@pytest.mark.parametrize("word", ["mid-p", "Hodges", "secretome", "Dunnett"])
def test_search_finds_words_of_the_book_without_a_network(site: Path, browser: Browser, word: str) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / "search.html").as_uri() + f"?q={word}")
    page.locator("#search-results li").nth(4).wait_for()  # results come one by one
    context.close()


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("Excel", "book/rerun"),
        ("GraphPad Prism", "book/rerun"),
        ("sample size", "notebooks/power/analysis"),
        ("titre", "notebooks/methods/limits/lesson"),
        ("LOD", "book/statistics/limits"),
        ("p value", "notebooks/methods/ranks/lesson"),
        ("survival", "notebooks/methods/deaths/lesson"),
        ("t test", "book/statistics/means"),
        ("power", "notebooks/power/analysis"),
        ("cage", "notebooks/methods/cages/lesson"),
        ("confidence interval", "notebooks/methods/effects/lesson"),
    ],
)
def test_search_leads_where_a_reader_expects_and_shows_an_excerpt(
    site: Path, browser: Browser, words: str, page: str
) -> None:
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((site / "search.html").as_uri() + f"?q={words}")
    results = opened.locator("#search-results li")
    results.first.wait_for()
    first = results.first.locator("a").first.get_attribute("href")
    assert f"{page}.html" in str(first), first
    opened.locator("#search-results p.context mark").first.wait_for()
    context.close()


def test_a_missing_page_leads_back_from_disk(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / "404.html").as_uri())
    page.get_by_role("link", name="Go to the front page").click()
    assert page.locator("h1").first.inner_text().startswith("The Secretome Notebooks")
    page.close()
