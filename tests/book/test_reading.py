"""What readers do on the built pages: search without a network, go by keyboard, print."""

from pathlib import Path

from playwright.sync_api import Browser

SEPSIS = "notebooks/sepsis_cytokines/analysis"


def test_search_finds_the_mid_p_without_a_network(site: Path, browser: Browser) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / "search.html").as_uri() + "?q=mid-p")
    page.locator("#search-results li a").first.wait_for()
    found = " ".join(page.locator("#search-results li").all_inner_texts())
    assert "Glossary" in found or "statistics" in found
    context.close()


def test_the_first_key_leads_to_the_words(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / f"{SEPSIS}.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")
    page.close()


def test_every_control_is_reached_by_keyboard_and_shows_that_it_is(site: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto((site / "book" / "reading.html").as_uri())
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, summary, input')]
             .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('dialog') && e.tabIndex >= 0).length"""
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


def test_a_missing_page_leads_back_from_disk(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / "404.html").as_uri())
    page.get_by_role("link", name="Begin at the beginning").click()
    assert page.locator("h1").first.inner_text().startswith("The Secretome Notebooks")
    page.close()
