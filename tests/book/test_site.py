"""The built site: what readers get, from disk, without a network."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built_pages import soup
from playwright.sync_api import Browser, Page

from build import pages_in_contents
from secretome import adjudicate, analyse, load_study, stats
from secretome.claims import AS_CLAIMED, primary_results, specifications
from secretome.report import text as report_text

ROOT = Path(__file__).parents[2]
SEPSIS = "notebooks/sepsis_cytokines/analysis"
# Every page of the table of contents, by the build's own reading of it.
PAGES = ["index", "search", "404", *pages_in_contents()]


def test_every_page_is_there(site: Path) -> None:
    for page in PAGES:
        assert (site / f"{page}.html").is_file(), page


def test_numbers_in_prose_are_computed(site: Path) -> None:
    """The sentences of the study's page, worked out by hand from the printed table."""
    text = " ".join(soup(site, "notebooks/treg_conditioned_medium/analysis").get_text().split())
    for numbers in ("1.51 (95 % interval 1.23 to 1.85)", "1.40 (95 % interval 1.23 to 1.60)", "0.000488"):
        assert numbers in text
    source = (ROOT / "notebooks" / "treg_conditioned_medium" / "analysis.py").read_text(encoding="utf-8")
    prose = "\n".join(line for line in source.splitlines() if line.startswith("# "))
    for number in ("1.51", "1.40", "0.000488", "1.23", "1.85"):
        assert number not in prose


def test_every_figure_has_alternative_text_that_states_the_finding(site: Path) -> None:
    page = soup(site, "notebooks/treg_conditioned_medium/analysis")
    drawings = page.select("figure.drawing svg")
    pairs, curves = drawings[:2], drawings[2:]
    assert len(curves) == 2
    assert all(drawing["role"] == "img" for drawing in drawings)
    study = load_study("treg_conditioned_medium")
    results = analyse(study)
    planned = primary_results(study, results)
    for (key, claim), pair, curve in zip(study.protocol.claims.items(), pairs, curves, strict=True):
        (row,) = (row for _, row in planned.iterrows() if row["endpoint"] == claim.endpoint)
        assert pair["aria-label"] == report_text.paired_alt(study, claim, row)
        analyses = specifications(study, results, key)
        asked = analyses[analyses["question"] == AS_CLAIMED]
        assert curve["aria-label"] == report_text.specification_alt(study, claim, asked)
    for image in page.select("main img"):
        assert image.get("alt")
    ids = [str(element["id"]) for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_a_page_of_simulated_animals_says_so_first_and_everywhere(site: Path) -> None:
    page = soup(site, SEPSIS)
    banner = page.select_one("main .simulated")
    assert banner is not None
    assert banner.get_text(strip=True)
    card = page.select_one(".cards > .card")
    assert card is not None
    assert banner in card.find_all_previous(class_="simulated")
    assert all("simulated rats" in card.get_text() for card in page.select(".cards > .card"))
    assert "simulated rats" in page.select("article section > p")[0].get_text()
    drawings = page.select("figure.drawing svg")
    # The design, two measures, and a curve for each of three claims.
    assert len(drawings) == 6
    for drawing in drawings:
        assert "simulated rat" in str(drawing["aria-label"]).casefold()
        assert "Simulated rats: no evidence" in drawing.get_text(" ")
    for sentence in page.select("ul.sentences li"):
        text = sentence.get_text()
        if "Supported" in text or "n = " in text:
            assert "simulated rats" in text or "smallest p" in text
    assert not soup(site, "notebooks/treg_conditioned_medium/analysis").select(".simulated")


def test_every_assumption_stands_beside_its_evidence(site: Path) -> None:
    table = next(
        table for table in soup(site, SEPSIS).select("table") if "Assumptions of the simulation" in table.get_text()
    )
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in table.select("tbody tr")]
    protocol = load_study("sepsis_cytokines").protocol
    assert protocol.simulation is not None
    assert len(rows) == 8 + len(protocol.simulation.assumptions) + 1  # the groups, the rest, and the deaths
    assert all(len(cells) == 3 and all(cells) for cells in rows)


def test_the_sepsis_page_says_what_its_verdicts_rest_on(site: Path) -> None:
    article = soup(site, SEPSIS).select_one("article")
    assert article is not None
    study = load_study("sepsis_cytokines")
    text = " ".join(article.get_text(" ").split())
    results = text[text.index("Results") : text.index("Sensitivity analysis")]
    status = report_text.cohort_status_sentence(study, adjudicate(study, analyse(study, ("published", "planned"))))
    for needed in (*(check.sentence for check in study.protocol.checks.values()), status):
        assert needed in text[text.index("How the data were made") :], needed
    population = study.protocol.population
    assert population
    assert results.count(population) == 4  # the check and three verdicts
    limitations = text[text.index("Limitations") :]
    for needed in ("All published rats were male", "which rats survive", "survival did not differ significantly"):
        assert needed in limitations, needed


@pytest.mark.parametrize("study", ["sepsis_cytokines", "humoral_immunity", "treg_conditioned_medium"])
def test_the_verdicts_come_before_the_first_figure_and_heading(site: Path, study: str) -> None:
    page = soup(site, f"notebooks/{study}/analysis")
    cards = page.select(".cards > .card")
    protocol = load_study(study).protocol
    assert [card["data-claim"] for card in cards] == list(protocol.claims)
    assert all("n = " in card.get_text() for card in cards)
    first = page.select("figure.numbered")[0]
    assert cards[-1] in first.find_all_previous(class_="card")
    assert not page.select("article h2")[0].find_all_next(class_="card")
    assert not page.select("article .cell_input")


def test_figures_are_numbered_in_order_and_have_captions(site: Path) -> None:
    for study in ("sepsis_cytokines", "humoral_immunity", "treg_conditioned_medium"):
        numbered = soup(site, f"notebooks/{study}/analysis").select("figure.numbered")
        captions = [figure.select("figcaption")[0].get_text() for figure in numbered]
        assert [caption.partition(".")[0] for caption in captions] == [f"Figure {n + 1}" for n in range(len(captions))]
        assert all(len(caption) > 80 for caption in captions)


def test_every_statistic_is_in_the_reference_with_an_example(site: Path) -> None:
    described = {}
    for page in (site / "book" / "statistics").glob("*.html"):
        parsed = BeautifulSoup(page.read_bytes(), "html.parser")
        for signature in parsed.select("dl.py.function > dt, dl.py.class > dt"):
            described[str(signature["id"]).rpartition(".")[2]] = str(signature.find_next_sibling("dd"))
        assert not re.search(r"\[R[0-9a-f]{12}-", parsed.get_text()), page
    assert set(described) == set(stats.__all__) - {"Alternative", "ConfidenceInterval"}
    for name, text in described.items():
        assert name[0].isupper() or "Examples" in text, name


def test_notebooks_can_be_downloaded_in_both_forms(site: Path) -> None:
    page = soup(site, "notebooks/treg_conditioned_medium/analysis")
    offered = [str(link["href"]) for link in page.select("a[href*=_sources]")]
    assert {Path(address).suffix for address in offered} == {".py", ".ipynb"}


def test_no_page_names_this_machine(site: Path) -> None:
    for path in [*site.rglob("*.html"), *site.rglob("*.ipynb")]:
        assert str(ROOT) not in path.read_text(encoding="utf-8"), path


def test_a_report_of_simulated_animals_opens_with_the_banner(simulated_report: Path) -> None:
    page = BeautifulSoup(simulated_report.read_bytes(), "html.parser")
    header = page.select_one("header")
    assert header is not None
    assert header.select(".simulated")[0].get_text(strip=True)
    text = " ".join(header.get_text(" ").split())
    study = load_study("sepsis_cytokines")
    assert all(check.sentence in text for check in study.protocol.checks.values())
    assert all(caveat in text for caveat in report_text.caveats(study))
    assert "scenario deaths, seed 4" in text
    assert "dead before sampling: sham 0, control 3, t1 2, t2 3" in text


# What a browser may refuse: the clipboard to a page from disk, and then the older command too.
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
NO_COMMAND = f"{NO_CLIPBOARD} document.execCommand = () => false;"


def pasted(page: Page) -> str:
    """What the clipboard holds, as a reader's own editor would get it."""
    page.evaluate("document.body.prepend(Object.assign(document.createElement('textarea'), {id: 'editor'}))")
    page.locator("#editor").press("Control+V")
    return page.locator("#editor").input_value()


@pytest.mark.parametrize("refused", ["", NO_CLIPBOARD, NO_COMMAND])
@pytest.mark.parametrize("where", ["page", "report"])
def test_a_sentence_is_copied_with_a_key(
    site: Path, simulated_report: Path, browser: Browser, where: str, refused: str
) -> None:
    address = (site / f"{SEPSIS}.html" if where == "page" else simulated_report).as_uri()
    context = browser.new_context(offline=True)
    context.add_init_script(refused)
    page = context.new_page()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    item = page.locator("ul.sentences.paste > li", has_text="against septic control").first
    button = item.get_by_role("button")
    sentence = (item.text_content() or "").removesuffix("Copy").strip()
    assert re.search(r"n = \d+ and \d+ simulated rats.*p .*interval", sentence)
    assert (button.get_attribute("aria-label") or "").startswith(f"Copy: {sentence[:40]}")
    button.focus()
    page.keyboard.press("Enter")
    status = page.locator(".copy-said[role=status]")
    if refused == NO_COMMAND:
        status.get_by_text("Selected, not copied").wait_for()
        assert page.evaluate("getSelection().toString()").strip() == sentence
    else:
        status.get_by_text("Copied", exact=True).wait_for()
        assert pasted(page) == sentence
    context.close()


@pytest.mark.parametrize("where", ["page", "report"])
def test_everything_fit_to_paste_has_one_button_and_paper_has_none(
    site: Path, simulated_report: Path, browser: Browser, where: str
) -> None:
    address = (site / f"{SEPSIS}.html" if where == "page" else simulated_report).as_uri()
    page = browser.new_page()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    buttons = page.locator("button.copy")
    # Planned results, verdicts, the methods paragraph. A report opens with the verdicts too, and has survival.
    assert buttons.count() == (4 + 3 + 1 if where == "page" else (4 + 5) + 2 * 4 + 1)
    assert page.locator("p.paste").inner_text().startswith("SIMULATED DATA")
    assert all(button.bounding_box()["height"] >= 24 for button in buttons.all())  # type: ignore[index]
    page.emulate_media(media="print")
    assert not any(button.is_visible() for button in buttons.all())
    page.close()
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(address)
    assert page.locator("button.copy").count() == 0
    page.locator("details", has=page.locator("p.paste")).locator("summary").click()
    assert page.locator("p.paste").is_visible()
    plain.close()


def test_words_to_paste_stand_in_every_study(site: Path) -> None:
    for name, items in (("sepsis_cytokines", 22), ("humoral_immunity", 22), ("treg_conditioned_medium", 0)):
        page = soup(site, f"notebooks/{name}/analysis")
        assert len(page.select("p.paste")) == 1
        tables_shown = [table for table in page.select("table") if "ARRIVE" in table.get_text()]
        assert sum(len(table.select("tbody tr")) for table in tables_shown) == items
        sentences = [item.get_text() for item in page.select("ul.paste > li")]
        assert len(sentences) == len(set(sentences))
