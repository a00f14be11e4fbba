"""What readers take away: tables as CSV, figures as SVG and PNG, notebooks in both forms; and tables that sort."""

import base64
import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from built_pages import soup
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from build import notebooks_in_contents
from secretome import analyse, load_study
from secretome.claims import primary_results
from secretome.report import tables

ROOT = Path(__file__).parents[2]
NOTEBOOKS = [path.relative_to(ROOT).with_suffix("").as_posix() for path in notebooks_in_contents()]
HUMORAL = "notebooks/humoral_immunity/analysis"


def file_of(table: Tag) -> tuple[str, bytes]:
    """Name and content of the file that the link below a table holds."""
    scroll = table.find_parent(class_="table-scroll")
    assert scroll is not None
    below = scroll.find_next_sibling()
    assert isinstance(below, Tag)
    link = below.select_one("a[download]")
    assert link is not None
    kind, _, content = str(link["href"]).partition(",")
    assert kind == "data:text/csv;charset=utf-8;base64"
    return str(link["download"]), base64.b64decode(content)


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_every_computed_table_holds_its_file(site: Path, page: str) -> None:
    for table in soup(site, page).select("article .table-scroll table"):
        name, content = file_of(table)
        assert name.endswith(".csv")
        read = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        shown = [cell.get_text() for cell in table.select("thead th")]
        rows = [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]
        assert len(read) >= len(rows) or list(read.columns) != shown
        if list(read.columns) == shown:
            assert read.map(lambda text: " ".join(text.split())).to_numpy().tolist() == [
                [" ".join(t.split()) for t in row] for row in rows
            ]


def test_a_table_of_results_holds_every_digit(site: Path) -> None:
    study = load_study("humoral_immunity")
    results = analyse(study)
    every, unchanged = (primary_results(study, results, kind) for kind in ("every", "unchanged"))
    files = dict(file_of(table) for table in soup(site, HUMORAL).select("article .table-scroll table"))
    for name, expected in (
        ("antibody-titre-against-saline.csv", every[every["endpoint"] == "titre"]),
        ("tests-of-equivalence.csv", unchanged),
    ):
        assert files[name].decode() == expected.to_csv(index=False, lineterminator="\n")


def test_a_caption_and_a_label_from_a_laboratory_stay_text() -> None:
    label = '<img src=x onerror="alert(1)">'
    shown = tables.to_html(pd.DataFrame({label: [f"=1+1{label}", "b"], "n": [1, 2]}), f'{label}" download="x')
    parsed = BeautifulSoup(shown, "html.parser")
    assert not parsed.select("img, script")
    assert [link["download"] for link in parsed.select("a")] == ["img-src-x-onerror-alert-1-download-x.csv"]
    assert [cell.get_text() for cell in parsed.select("tbody th")] == [f"=1+1{label}", "b"]
    # A program reads a CSV file, so its bytes are what was measured.
    table = parsed.select_one("table")
    assert table is not None
    assert pd.read_csv(io.BytesIO(file_of(table)[1])).iloc[0, 0] == f"=1+1{label}"


def test_the_first_column_heads_its_rows_only_where_it_names_each() -> None:
    named = BeautifulSoup(tables.to_html(pd.DataFrame({"Group": ["a", "b"], "n": [1, 1]}), "A"), "html.parser")
    assert [cell.get_text() for cell in named.select("tbody th[scope=row]")] == ["a", "b"]
    for column in (["a", "a"], ["a", " "]):
        repeated = BeautifulSoup(tables.to_html(pd.DataFrame({"Group": column, "n": [1, 1]}), "A"), "html.parser")
        assert not repeated.select("tbody th")
        assert len(repeated.select("thead th[scope=col]")) == 2
    assert BeautifulSoup(tables.to_html(pd.DataFrame({"Group": [], "n": []}), "A"), "html.parser").select("caption")


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_both_forms_of_a_notebook_open(site: Path, page: str) -> None:
    offered = {
        Path(str(link["href"])).suffix: str(link["href"]) for link in soup(site, page).select("a[href*=_sources]")
    }
    assert set(offered) == {".py", ".ipynb"}
    assert len({str(link["download"]) for link in soup(site, page).select("a[href*=_sources]")}) == 2
    folder = (site / page).parent
    executed = nbformat.read((folder / offered[".ipynb"]).resolve(), as_version=4)
    nbformat.validate(executed)
    text = (folder / offered[".py"]).resolve().read_text(encoding="utf-8")
    assert text == (ROOT / f"{page}.py").read_text(encoding="utf-8")
    code = [cell.source for cell in jupytext.reads(text, fmt="py:percent").cells if cell.cell_type == "code"]
    assert [cell.source for cell in executed.cells if cell.cell_type == "code"] == code
    assert any(cell.get("outputs") for cell in executed.cells)


def test_no_two_tables_of_a_page_share_a_file(site: Path) -> None:
    for page in NOTEBOOKS:
        names = [str(link["download"]) for link in soup(site, page).select(".export a[download]")]
        assert len(names) == len(set(names)), page


@pytest.mark.parametrize(
    ("page", "link", "name"),
    [
        (HUMORAL, ".dropdown-download-buttons a[href$='.ipynb']", "humoral_immunity-analysis.ipynb"),
        pytest.param(
            HUMORAL,
            ".dropdown-download-buttons a[href$='.py']",
            "humoral_immunity-analysis.py",
            marks=pytest.mark.slow,
        ),
        ("notebooks/methods/ranks/lesson", "a.download", "ranks-exercises.ipynb"),
    ],
)
def test_a_notebook_is_saved_from_a_page_on_disk(site: Path, browser: Browser, page: str, link: str, name: str) -> None:
    """A browser shows a file on disk as text, whatever the link asks for: the page saves it by itself."""
    context = browser.new_context(offline=True, accept_downloads=True, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.goto((site / f"{page}.html").as_uri())
    if "dropdown" in link:
        opened.locator(".dropdown-download-buttons button").first.click()
    shown = opened.locator(link).first
    target = (site / page).parent / str(shown.get_attribute("href"))
    saved, content = taken(opened, shown)
    assert saved == name
    assert content.decode() == target.resolve().read_text(encoding="utf-8")
    assert opened.url.endswith(f"{page}.html")
    context.close()


@pytest.fixture(params=["page", "report"])
def opened(request: pytest.FixtureRequest, site: Path, report: Path, browser: Browser) -> Iterator[Page]:
    """The study on donors, as a page of the book and as a report, from disk and in the dark."""
    context = browser.new_context(offline=True, color_scheme="dark", accept_downloads=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(
        (report if request.param == "report" else site / "notebooks/treg_conditioned_medium/analysis.html").as_uri()
    )
    yield page
    context.close()
    assert not faults


def taken(page: Page, button: Locator) -> tuple[str, bytes]:
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_figure_is_taken_away_in_both_forms(opened: Page) -> None:
    figures = opened.locator("figure.drawing")
    assert figures.count() == 4
    assert figures.locator(".export button").count() == 8
    figure = figures.first
    box = figure.locator("svg").evaluate("svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]")
    name, content = taken(opened, figure.get_by_role("button", name="SVG: download"))
    assert name == f"{figure.get_attribute('data-name')}.svg"
    drawing = content.decode()
    ElementTree.fromstring(drawing)
    assert "var(" not in drawing
    assert "#0072b2" in drawing.casefold()
    name, content = taken(opened, figure.get_by_role("button", name="PNG: download"))
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    assert picture.size == tuple(round(side * 300 / 72) for side in box)
    # White paper with dark ink on it, though the page is dark.
    assert picture.getpixel((2, 2)) == (255, 255, 255)
    darkest, _ = picture.convert("L").getextrema()
    assert isinstance(darkest, int | float)
    assert darkest < 60


def test_a_long_table_sorts_by_keyboard_and_says_so(opened: Page) -> None:
    # The table may be folded.
    opened.locator("details").evaluate_all("all => all.forEach(details => { details.open = true })")
    table = opened.locator(".table-scroll table", has=opened.locator("caption", has_text="Every measurement"))
    numbers = [float(text) for text in table.locator("tbody tr > :nth-child(2)").all_inner_texts()]
    assert len(numbers) >= 8
    header = table.locator("thead th").nth(1)
    header.get_by_role("button").focus()
    for state, reverse in (("ascending", False), ("descending", True)):
        opened.keyboard.press("Enter")
        table.locator(f"th[aria-sort={state}]").wait_for()
        opened.locator(".copy-said", has_text=f"{header.inner_text().strip()}, {state}").wait_for(state="attached")
        assert [float(text) for text in table.locator("tbody tr > :nth-child(2)").all_inner_texts()] == sorted(
            numbers, reverse=reverse
        )
    assert opened.locator("th[aria-sort]").count() == 1


def test_short_tables_have_no_buttons(opened: Page) -> None:
    for table in opened.locator(".table-scroll table:has(thead)").all():
        assert (table.locator("tbody tr").count() >= 8) == (table.locator("button.sort").count() > 0)


def test_a_table_of_prose_is_taken_away_too(site: Path, browser: Browser) -> None:
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    page.goto((site / "book" / "rerun.html").as_uri())
    written = soup(site, "book/rerun").select("article table")
    buttons = page.locator(".export button")
    assert buttons.count() == len(written)
    name, content = taken(page, buttons.first)
    assert name == "table-1.csv"
    expected = [[" ".join(cell.get_text().split()) for cell in row.select("th, td")] for row in written[0].select("tr")]
    assert pd.read_csv(io.BytesIO(content), header=None, dtype=str).to_numpy().tolist() == expected
    context.close()


def test_nothing_to_press_is_printed(opened: Page) -> None:
    opened.emulate_media(media="print")
    assert not any(line.is_visible() for line in opened.locator(".export").all())
