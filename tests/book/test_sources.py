"""The sources: what a reference must say, and that what could not be found is named as not found."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pybtex.database import Entry, parse_file

from secretome.audit import audit, published_tables
from secretome.audit import text as audit_text
from secretome.audit.cards import paper_cards
from secretome.protocol import Protocol, load_protocol, study_folder, study_names

ROOT = Path(__file__).parents[2]
ENTRIES = parse_file(str(ROOT / "book" / "references.bib")).entries
REQUIRED = {
    "article": {"title", "journal", "year"},
    "book": {"title", "publisher", "year"},
    "mastersthesis": {"title", "school", "year"},
    "techreport": {"title", "institution", "year"},
    "misc": {"title"},
}
NOT_FOUND = "year not found"
PROSE = [*(ROOT / "book").rglob("*.md"), *(ROOT / "notebooks").rglob("*.py")]


@pytest.mark.parametrize("key", ENTRIES)
def test_a_reference_has_the_fields_of_its_type(key: str) -> None:
    entry: Entry = ENTRIES[key]
    assert entry.persons.get("author"), "no author"
    assert REQUIRED[entry.type] <= set(entry.fields)
    note = entry.fields.get("note", "").casefold()
    if entry.type == "article":
        assert {"doi", "url"} & set(entry.fields) or "doi not found" in note
    if entry.type == "misc":
        assert {"url", "doi", "note"} & set(entry.fields)
        # Only a page of a web site has no year.
        assert "year" in entry.fields or "url" in entry.fields


@pytest.mark.parametrize("key", ENTRIES)
def test_what_was_not_found_is_said_and_nothing_stands_in_for_it(key: str) -> None:
    entry: Entry = ENTRIES[key]
    note, year, title = (entry.fields.get(field, "") for field in ("note", "year", "title"))
    authors = " ".join(str(person) for person in entry.persons["author"])
    assert re.fullmatch(r"(19|20)\d\d", year) or year in ("", NOT_FOUND)
    # A description in brackets stands where the title was not found.
    assert title.startswith("[") == bool(re.search(r"[Tt]itle\b[^;]* not found", note))
    assert ("not found" in authors) == bool(re.search(r"[Aa]uthors?\b[^;]* not found", note))


@pytest.mark.parametrize("key", ENTRIES)
def test_identifiers_are_well_formed(key: str) -> None:
    fields = ENTRIES[key].fields
    if "doi" in fields:
        assert re.fullmatch(r"10\.\d{4,5}/\S+", fields["doi"])
    assert re.match(r"https?://", fields.get("url", "https://"))


def test_no_claim_rests_on_a_dictionary_or_a_shop() -> None:
    files = [ROOT / "book" / "references.bib", *(ROOT / "notebooks").rglob("*.yml")]
    addresses = re.findall(r"https?://[^\s},]+", " ".join(file.read_text(encoding="utf-8") for file in files))
    assert addresses
    assert not [one for one in addresses if re.search(r"dictionary|abbkine|ashpublications\.com|wikipedia", one)]


@pytest.mark.parametrize("name", study_names())
def test_every_source_of_a_protocol_is_cited_and_every_cited_source_is_there(name: str) -> None:
    protocol: Protocol = load_protocol(study_folder(name) / "protocol.yml")
    text = (study_folder(name) / "protocol.yml").read_text(encoding="utf-8")
    cited = set(re.findall(r"\bsource: (\w+)", text))
    for several in re.findall(r"\bsources: \[([^\]]*)\]", text):
        cited |= {one.strip() for one in several.split(",")}
    assert cited == set(protocol.sources)
    assert {source.citation for source in protocol.sources.values()} <= set(ENTRIES)


def test_the_protocol_states_the_ratio_that_the_audit_computes() -> None:
    """10.45 / 4.15 and 10.55 / 4.05: the values that both printed ranges, 3 to 10.5 and 1.2 to 4.1, allow."""
    findings = audit(published_tables())
    within = next(one for one in findings if (one.file, one.check) == ("moskalov-koshova.yml", "ratios"))
    least, most = within.value("at least"), within.value("at most")
    assert (least, most) == pytest.approx((10.45 / 4.15, 10.55 / 4.05))
    stated = f"{least:.2f} to {most:.2f}"
    protocol = (study_folder("humoral_immunity") / "protocol.yml").read_text(encoding="utf-8")
    assert protocol.count(stated) == 2
    assert stated in audit_text.finding_sentence(within)
    across = next(one for one in findings if (one.file, one.check) == ("moskalov-2023.yml", "ratios across reports"))
    assert stated in audit_text.finding_sentence(across)
    assert not re.search(r"2\.50|2\.56|about 2\.5\b", protocol)


def test_every_source_of_the_audit_has_a_card_with_every_finding() -> None:
    printed = published_tables()
    findings = audit(printed)
    page = BeautifulSoup(paper_cards(printed, findings), "html.parser")
    cards = page.select("section.paper")
    assert sorted(card.select("h3")[0].get_text() for card in cards) == sorted(one.title for one in printed.values())
    assert len(page.select("li")) == len(findings)
    for table in printed.values():
        if table.source.doi:
            assert page.select(f'a[href="https://doi.org/{table.source.doi}"]')


def test_a_study_has_one_name() -> None:
    front = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    for name in study_names():
        title = load_protocol(study_folder(name) / "protocol.yml").title
        page = study_folder(name) / "analysis.py"
        if page.exists():
            heading = re.search(r"^# # (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading is not None
            assert heading[1] == title
            assert f"| {title} {{cite}}" in front


def test_power_of_a_number_and_of_electricity_is_not_linked_to_the_glossary() -> None:
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    by_hand = re.search(r"terms_linked_by_hand: \[([^\]]*)\]", config)
    assert by_hand is not None
    other = [
        file
        for file in PROSE
        if re.search(r"\bto (the|their) power\b|\bpower fails\b", file.read_text(encoding="utf-8"))
    ]
    assert other
    assert "power" in by_hand[1].split(", ")
    linked = [file for file in PROSE if "{term}`power`" in file.read_text(encoding="utf-8")]
    assert {file.parent.name for file in linked} >= {"planning", "equivalence", "multiplicity"}
