"""What every page promises, how much it weighs, and what it looks like to those who do not see colours as printed."""

import base64
import doctest
import posixpath
import re
from pathlib import Path, PurePosixPath

import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup
from built_pages import soup
from docutils import nodes
from docutils.utils import new_document

from build import notebooks_in_contents, pages_in_contents
from finished_pages import named_tables
from page_contract import minutes
from secretome.report.breaks import unbroken

ROOT = Path(__file__).parents[2]
# Pages to look things up in, the front page and the in-browser page keep no contract; lessons have one of their own.
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
FREE = {CONTENTS["root"], "book/try"} | {
    chapter["file"].removesuffix(".py")
    for part in CONTENTS["parts"]
    if part["caption"] in {"Reference", "Classroom"}
    for chapter in part["chapters"]
    if "file" in chapter
}
KEPT = [
    page
    for page in pages_in_contents()
    if page not in FREE and not page.startswith(("book/reruns", "notebooks/methods"))
]
MEGABYTE = 1_000_000


@pytest.mark.parametrize("page", KEPT)
def test_a_page_keeps_its_contract(site: Path, page: str) -> None:
    article = soup(site, page).select_one("article")
    assert article is not None
    opening = article.select_one(".opening")
    assert opening is not None
    assert re.match(r"\d+ minutes?$", opening.select(".reading-time")[0].get_text())
    assert opening.select(".opening-facts")
    assert opening.select("li")
    points = article.select(".take-aways li")
    assert points
    for point in points:
        links = [str(link["href"]) for link in point.select("a.reference.internal")]
        assert any(href.startswith("#") for href in links), f"shown nowhere on its page: {point.get_text()}"
    assert article.select(".exercise")
    assert len(article.select(".exercise")) == len(article.select("details.folded.solution"))
    assert article.select(".what-next a")


def test_minutes_are_counted_from_the_page() -> None:
    """400 words are two minutes at 200 a minute, a figure is half a minute, and what is folded or code is not read."""
    page = new_document("page")
    page += nodes.paragraph("", "word " * 400)
    assert minutes(page) == 2
    page += nodes.raw("", "<figure><svg><text>label</text></svg></figure>" * 4, format="html")
    page += nodes.raw("", f"<details><p>{'folded ' * 900}</p></details>", format="html")
    page += nodes.literal_block("", "code " * 900)
    assert minutes(page) == 4


def test_examples_in_the_solutions_run() -> None:
    """Answers that Python gives are what it gives."""
    tried = 0
    runner = doctest.DocTestRunner()
    for path in sorted((ROOT / "book").rglob("*.md")):
        for block in re.findall(
            r"^```python\n(>>> .*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        ):
            test = doctest.DocTestParser().get_doctest(block, {}, path.name, str(path), 0)
            runner.run(test)
            tried += len(test.examples)
    assert tried > 20
    assert runner.summarize(verbose=False).failed == 0


def test_a_report_leaves_the_pages_own_boxes_out() -> None:
    from nbformat.v4 import new_markdown_cell, new_notebook

    from secretome.report.markdown import notebook_html

    own = new_markdown_cell("```{exercise}\n```", metadata={"tags": ["book-only"]})
    kept = new_markdown_cell("A result.")
    assert notebook_html(new_notebook(cells=[own, kept]), {}) == "<p>A result.</p>\n"


def test_terms_lead_to_the_glossary_where_they_are_first_used(site: Path) -> None:
    """Not linked by hand on that page, but named there; and never twice."""
    article = soup(site, "book/science").select("article")[0]
    links = [str(link["href"]) for link in article.select("a") if "glossary.html#term-" in str(link.get("href"))]
    assert any(href.endswith("#term-secretome") for href in links)
    assert len(links) == len(set(links))
    assert not article.select("h1 a[href*=glossary], h2 a[href*=glossary]")


def test_a_frame_of_pandas_looks_and_downloads_like_any_table() -> None:
    frame = pd.DataFrame({"treated": [4.42], "control": [3.45]}, index=pd.Index(["donor 1"], name="animal"))
    page = named_tables(f'<h2>The donors<a class="headerlink" href="#x">#</a></h2>{frame.to_html()}')
    shown = BeautifulSoup(page, "html.parser")
    assert [cell.get_text() for cell in shown.select("thead th[scope=col]")] == ["animal", "treated", "control"]
    assert shown.select("tbody th[scope=row]")[0].get_text() == "donor 1"
    assert shown.select(".table-scroll > table")[0]["aria-label"] == "The donors: animal, treated, control"
    link = shown.select(".export a[download]")[0]
    assert (
        base64.b64decode(str(link["href"]).partition(",")[2]).decode() == "animal,treated,control\ndonor 1,4.42,3.45\n"
    )


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("with n = 12 rats", "n = 12"),
        ("adjusted p &lt; 0.0001.", "p &lt; 0.0001"),
        ("t(21.8) = −9.76, so", "t(21.8) = −9.76"),
        ("at 88 ± 0.2 % of", "88 ± 0.2 %"),
        ("into muscle: + 25 %", "+ 25 %"),
        ("a 97.5 % interval", "97.5 %"),
        ("serum IL-1β fell", "IL-1β"),
        ("(2014), Table 1", "Table 1"),
        ("regulatory T cells", "T cells"),
    ],
)
def test_a_line_does_not_break_inside_a_number(text: str, whole: str) -> None:
    assert unbroken(f"<p>{text}</p>") == f"<p>{text}</p>".replace(whole, f'<span class="unbroken">{whole}</span>')


def test_where_lines_break_changes_no_text() -> None:
    for untouched in (
        "<code>n = 12</code>",
        '<svg aria-label="n = 12"><text>n = 12</text></svg>',
        '<span class="math">\\(n = 12\\)</span>',
    ):
        assert unbroken(untouched) == untouched
    mixed = "<pre>n = 1</pre><p>n = 2 <code>n = 3</code> n = 4</p>"
    assert re.findall(r'unbroken">(.*?)<', unbroken(mixed)) == ["n = 2", "n = 4"]
    assert BeautifulSoup(unbroken(mixed), "html.parser").get_text() == BeautifulSoup(mixed, "html.parser").get_text()


def test_terms_stand_in_order(site: Path) -> None:
    terms = [
        entry.get_text().strip("#\n").casefold()
        for entry in soup(site, "book/glossary").select("dl.glossary dd + dt, dl.glossary dt:first-child")
    ]
    assert terms == sorted(terms)


def test_the_status_page_names_every_notebook(site: Path) -> None:
    rows = soup(site, "book/status").select("table")[0].select("tbody tr")
    assert len(rows) == len(notebooks_in_contents())
    for row in rows:
        assert row.select("a[href$='.html']")
        assert row.get_text(" ").split()[-1] == "succeeded"


def test_an_address_that_moved_leads_to_its_page(site: Path) -> None:
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    moved = settings["sphinx"]["config"]["redirects"]
    assert moved
    for old, target in moved.items():
        new = posixpath.normpath(PurePosixPath(old).parent / target).removesuffix(".html")
        # A page at the old address would be written over.
        assert old not in pages_in_contents()
        assert new in pages_in_contents()
        page = soup(site, old)
        link = page.select("a[href]")[0]
        assert (site / f"{old}.html").parent.joinpath(str(link["href"])).resolve() == (site / f"{new}.html").resolve()
        refresh = page.select("meta[http-equiv=refresh]")[0]
        assert str(refresh["content"]).endswith(f"url={link['href']}")


def colours(css: str, selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", css, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("mode", "figures"), [("light", ":root"), ("dark", 'html[data-theme="dark"]')])
def test_contrast_holds_inside_figures(mode: str, figures: str) -> None:
    """WCAG 2.2:

    4.5 for text, 3 for what must be seen to read a figure. A figure's paper is the page's, or a box's on it.
    """
    assert round(contrast("#000000", "#ffffff"), 2) == 21  # the standard's own example
    drawn = colours((ROOT / "src/secretome/report/shared.css").read_text(encoding="utf-8"), figures)
    page = colours((ROOT / "book/_static/book.css").read_text(encoding="utf-8"), f'html[data-theme="{mode}"]')
    for paper in (page["pst-color-background"], page["pst-color-surface"]):
        for text in ("figure-ink", "figure-quiet", "figure-against"):
            assert contrast(drawn[text], paper) >= (4.5 if text != "figure-against" else 4.4), (text, paper)
        for mark in ("figure-control", "figure-treated", "figure-against", "figure-quiet"):
            assert contrast(drawn[mark], paper) >= 3, (mark, paper)
