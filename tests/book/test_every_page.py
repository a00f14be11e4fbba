"""What holds on every page of the site. A page is parsed once, and opened once, for all that is asked of it."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from axe import COLOURS, violations, violations_light_and_dark
from bs4 import BeautifulSoup
from built_pages import soup

from build import pages_in_contents

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
WRITTEN = pages_in_contents()
PAGES = ["index", "search", "404", *WRITTEN]
# One page of each kind, for what takes a second a page; the others are left to `make test-slow`.
ONE_OF_EACH_KIND = {
    "index",
    "book/rerun",
    "book/interactive",
    "notebooks/sepsis_cytokines/analysis",
    "notebooks/methods/ranks/lesson",
}
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class BuiltPage:
    """A page as it was built."""

    name: str
    file: Path
    parsed: BeautifulSoup


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, site: Path) -> BuiltPage:
    file = site / f"{request.param}.html"
    return BuiltPage(request.param, file, soup(site, request.param))


@cache
def weight(file: Path) -> tuple[int, int]:
    """The bytes of a file, and those of its gzip form. Most pages load the same files."""
    content = file.read_bytes()
    return len(content), len(gzip.compress(content))


def test_a_page_weighs_little(page: BuiltPage, site: Path) -> None:
    """At most 4 MB on disk and 1.2 MB gzipped, images aside; figures under 150 kB."""
    folder = page.file.parent
    addresses = [link["href"] for link in page.parsed.select("link[rel=stylesheet], link[rel=preload]")]
    addresses += [script["src"] for script in page.parsed.select("script[src]")]
    files = {(folder / str(address).partition("?")[0]).resolve() for address in addresses} | {page.file}
    sizes = [weight(file) for file in files]
    assert sum(size for size, _ in sizes) < 4 * MEGABYTE
    assert sum(compressed for _, compressed in sizes) < 1.2 * MEGABYTE
    for drawing in page.parsed.select("main svg"):
        assert len(str(drawing).encode()) < 150_000
    for image in page.parsed.select("main img"):
        assert (folder / str(image["src"])).stat().st_size < MEGABYTE


def test_every_table_can_be_understood_by_ear(page: BuiltPage) -> None:
    """A name, and headers that say what they head; pandas and Markdown give neither."""
    for table in page.parsed.select("article table"):
        assert table.caption or table.get("aria-label")
        assert all(header.get("scope") in {"col", "row"} for header in table.select("th"))


def test_no_type_in_a_figure_is_smaller_than_a_phone_can_show(page: BuiltPage) -> None:
    """Every drawing as wide as a phone, and its letters at least ten points."""
    for drawing in page.parsed.select("figure.drawing svg"):
        assert float(str(drawing["viewbox"]).split()[2]) <= 325
        for text in drawing.select("text"):
            size = re.search(r"(?:font-size: ?|font: ?(?:bold |\d+ )?)([\d.]+)px", str(text["style"]))
            assert size is not None, text
            assert float(size[1]) >= 10, text.get_text()


def test_every_figure_has_a_number_and_a_caption(page: BuiltPage) -> None:
    """It is as wide as the text, and can be read without the text."""
    assert len(page.parsed.select("figure.drawing")) == len(page.parsed.select("figure.numbered figure.drawing"))
    for figure in page.parsed.select("figure.numbered"):
        assert len(figure.select("figcaption")[-1].get_text().split()) > 12


def test_every_page_says_its_part_and_its_licence(page: BuiltPage) -> None:
    if page.name in WRITTEN:
        assert "CC BY 4.0" in page.parsed.select("footer.bd-footer-content")[0].get_text()
        assert page.name == CONTENTS["root"] or page.parsed.select(".part-name")


def test_mathematics_is_loaded_only_where_there_is_some(page: BuiltPage) -> None:
    loaded = any("mathjax" in str(script["src"]) for script in page.parsed.select("script[src]"))
    assert loaded == bool(page.parsed.select(".math")) or page.name not in WRITTEN


class Anchors(HTMLParser):
    """The addresses that a page links to, and the ids that it has."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if tag == "a" and given.get("href") is not None:
            self.links.append(str(given["href"]))


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    pages = {file: Anchors(file) for file in site.rglob("*.html")}
    broken = []
    followed = 0
    for file, anchors in pages.items():
        for link in anchors.links:
            address, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", address):
                continue
            target = (file.parent / address).resolve() if address else file
            followed += bool(anchor)
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append(f"{file.relative_to(site)}: {link}")
    assert not broken
    assert followed > 1000


# WCAG 2.2, success criterion 1.4.12.
SPACED = (
    "* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important} p "
    "{margin-bottom: 2em !important}"
)
# Boxes of two texts overlap by more than a third of the lower one, or one leaves its drawing by over two pixels.
COLLISIONS = """() => [...document.querySelectorAll('figure.drawing svg')]
  .filter(e => e.checkVisibility()).flatMap(svg => {
  const frame = svg.getBoundingClientRect(), found = [];
  const texts = [...svg.querySelectorAll('text')].filter(e => e.textContent.trim());
  const aslant = e => { const m = e.getScreenCTM(); return Math.min(Math.abs(m.a), Math.abs(m.b)) > 0.01; };
  const straight = texts.filter(e => !aslant(e)).map(e => [e.textContent.trim(), e.getBoundingClientRect()]);
  for (const [label, box] of texts.map(e => [e.textContent.trim(), e.getBoundingClientRect()]))
    if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom
    + 2)
      found.push(`${label} leaves ${svg.closest('figure').dataset.name}`);
  straight.forEach(([one, a], i) => straight.slice(i + 1).forEach(([other, b]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) -
    Math.max(a.top, b.top); const least = Math.min(a.width, a.height, b.width, b.height);
    if (Math.min(across, down) > least / 3) found.push(`${one} on ${other} in ${svg.closest('figure').dataset.name}`);
  }));
  return found;
})"""
DESK = {"width": 1440, "height": 900}
WIDTH = "document.documentElement.scrollWidth"


@contextmanager
def opened(browser: "Browser", address: str, mode: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page without a network and without motion, and the faults that it reports:

    errors, and requests that leave the disk.
    """
    context = browser.new_context(offline=True, color_scheme=mode, viewport=DESK, reduced_motion="reduce")
    context.add_init_script(f"localStorage.setItem('mode','{mode}');localStorage.setItem('theme','{mode}')")
    shown = context.new_page()
    faults: list[str] = []
    shown.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.on("request", lambda request: faults.append(request.url) if request.url.startswith("http") else None)
    shown.goto(address)
    # Texts are measured in the page's typeface, which may be loaded after the page.
    shown.evaluate("document.fonts.ready.then(() => true)")
    try:
        yield shown, faults
    finally:
        context.close()


def slow_unless(names: set[str]) -> list[Any]:
    """Every page, marked as slow unless it is among those named."""
    return [pytest.param(name, marks=[pytest.mark.slow] * (name not in names)) for name in PAGES]


@pytest.mark.parametrize("name", slow_unless(ONE_OF_EACH_KIND))
def test_a_page_is_accessible_and_fits_every_width_without_a_network(site: Path, browser: "Browser", name: str) -> None:
    """A desk, light and dark, a phone, and 320 pixels (1280 at a zoom of 400 %) with the reader's spacing;

    no label is cut off.
    """
    with opened(browser, (site / f"{name}.html").as_uri(), "light") as (shown, faults):
        assert not shown.evaluate(COLLISIONS)
        for width in (1440, 390):
            shown.set_viewport_size({"width": width, "height": 900})
            assert shown.evaluate(WIDTH) <= width + 1, width
        shown.set_viewport_size({"width": 320, "height": 640})
        spacing = shown.add_style_tag(content=SPACED)
        assert shown.evaluate(WIDTH) <= 321
        spacing.evaluate("style => style.remove()")
        shown.set_viewport_size(DESK)
        assert not violations_light_and_dark(shown)
        assert not faults


@pytest.mark.parametrize("name", ["index", "notebooks/sepsis_cytokines/analysis"])
def test_a_page_opens_in_the_dark_for_a_reader_who_chose_it(site: Path, browser: "Browser", name: str) -> None:
    with opened(browser, (site / f"{name}.html").as_uri(), "dark") as (shown, faults):
        assert not violations(shown, COLOURS)
        assert not faults


@pytest.mark.parametrize("mode", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("made", [pytest.param("report", marks=pytest.mark.slow), "simulated_report"])
def test_a_report_opens_anywhere_and_is_accessible(
    request: pytest.FixtureRequest, browser: "Browser", made: str, mode: str
) -> None:
    with opened(browser, request.getfixturevalue(made).as_uri(), mode) as (shown, faults):
        assert not violations(shown)
        for width in (1440, 390):
            shown.set_viewport_size({"width": width, "height": 900})
            assert shown.evaluate(WIDTH) <= width + 1, width
        assert not faults
