"""The pages that the build makes of published reruns: few, none, withdrawn, hostile."""

import hashlib
import html
import json
import re
from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup

import percent_notebooks
from secretome.publish import pages
from secretome.publish import text as publish_text
from secretome.publish.publishing import publish, unpublish

SEPSIS = "sepsis_cytokines"
ROOT = Path(__file__).parents[2]
DAY = "2026-11-25"
Rename = Callable[..., Path]


def number(n: int) -> str:
    return hashlib.sha256(f"{n}".encode()).hexdigest()


def test_with_none_the_summary_says_so_and_how_to_publish(book: Path, tmp_path: Path) -> None:
    assert pages.write_sources(tmp_path / "pages") == 0
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["index.md"]
    text = (tmp_path / "pages" / "index.md").read_text(encoding="utf-8")
    assert "No rerun has been published so far." in text
    assert "secretome publish reruns/sepsis_cytokines/my_rats" in text
    assert "Withdrawn" not in text


def test_a_few_get_a_page_each_and_the_withdrawn_a_line(copied: Rename, book: Path, tmp_path: Path) -> None:
    folders = [copied(name, number(at)) for at, name in enumerate(("lab.b", "lab-c", "lab-d"))]
    publish(folders, DAY)
    unpublish(SEPSIS, "lab-d", "Two cages <b>were</b> swapped", "2026-11-26")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "gone-long-ago.md").write_text("# An earlier build", encoding="utf-8")
    assert pages.write_sources(tmp_path / "pages") == 2
    # A dot in a name would be taken for the ending of a file.
    names = {f"{SEPSIS}-lab-c", f"{SEPSIS}-lab_b-{number(0)[:8]}"}
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {"index.md", *(f"{name}.md" for name in names)}
    index = (tmp_path / "pages" / "index.md").read_text(encoding="utf-8")
    links = {str(link["href"]) for link in BeautifulSoup(index, "html.parser").select("tbody th a")}
    assert links == {f"{name}.html" for name in names}
    assert "2 reruns have been published" in index
    assert (
        f"lab-d: withdrawn on 2026-11-26. Two cages &lt;b&gt;were&lt;/b&gt; swapped. The hash of its file was "
        f"{number(2)}." in index
    )
    page = (tmp_path / "pages" / f"{SEPSIS}-lab-c.md").read_text(encoding="utf-8")
    assert "The cohort is new to the claims, so its verdicts are a test of them. " in page
    assert number(1) in page
    pages.copy_tables(tmp_path / "site")
    kept = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.csv")}
    assert kept == {f"{name}/{table}.csv" for name in names for table in ("results", "verdicts", "checks")}
    for address in (str(link["href"]) for link in BeautifulSoup(page, "html.parser").select("a[download]")):
        if address.startswith("data:text/csv"):  # a table brings its file along
            continue
        assert (tmp_path / "site" / address).is_file(), address


def test_what_a_rerun_says_of_itself_cannot_run_in_its_page(copied: Rename, book: Path, tmp_path: Path) -> None:
    payloads = [
        "<script>alert(1)</script>",
        "\n```````\n\n# Owned\n",
        "```{raw} html",
        "{{ 7*7 }}",
        "<img src=x onerror=alert(1)>",
        "\u202eevil",
    ]
    folder = copied("lab-a", number(0))
    path = folder / "provenance.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    about |= {
        "cohort_file": payloads[0],
        "cohort_read_as": payloads,
        "cohort_names": {payload: payload for payload in payloads},
    }
    about |= {"versions": {payloads[1]: payloads[4]}, "git_commit": payloads[0], "started": payloads[1]}
    path.write_text(json.dumps(about), encoding="utf-8")
    publish([folder], DAY)
    unpublish(SEPSIS, "lab-a", payloads[4], DAY)
    publish([folder], DAY, again=True)
    pages.write_sources(tmp_path / "pages")
    for page in (tmp_path / "pages").iterdir():
        text = page.read_text(encoding="utf-8")
        parsed = BeautifulSoup(text, "html.parser")
        assert not parsed.select("script, img, [onerror]")
        assert "Owned\n" not in text
        fences = re.findall(r"(?m)^`{3,}.*$", text)
        assert fences == ["```````{raw} html", "```````"] * (len(fences) // 2)
        assert "\u202e" not in text
    page = (tmp_path / "pages" / f"{SEPSIS}-lab-a.md").read_text(encoding="utf-8")
    assert html.escape(payloads[0]) in page


def test_a_protocol_that_has_changed_since_is_said() -> None:
    assert "protocol of the study has changed" in publish_text.outdated_sentence(protocol_changed=True)
    assert publish_text.outdated_sentence(protocol_changed=False) == ""


def test_the_scoreboard_is_executed_anew_when_something_is_published(tmp_path: Path) -> None:
    """The key of a notebook's cached results includes the published folders, so no page keeps an old scoreboard."""
    kept = tmp_path / "published" / "lab-a" / "verdicts.csv"
    kept.parent.mkdir(parents=True)
    kept.write_text("", encoding="utf-8")
    assert kept in list(percent_notebooks._data(tmp_path))
    # By this name the notebook asks for every study, and the key holds the data of all.
    assert "study_names" in (ROOT / "notebooks" / "ledger" / "analysis.py").read_text(encoding="utf-8")
