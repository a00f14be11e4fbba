"""The pages of published reruns in the book: an index, and one page each."""

import html
import re
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jinja2
import pandas as pd
from bs4 import BeautifulSoup

from secretome.claims import primary_results
from secretome.cohort import Study
from secretome.protocol import file_sha256, load_protocol, study_folder, study_names
from secretome.publish import text as publish_text
from secretome.publish.finished_reruns import study_without_animals
from secretome.publish.published_dir import KEPT, Published, histories, published, read_table
from secretome.publish.tables import counts_as_test
from secretome.report import tables
from secretome.report import text as report_text

FENCE = "```````"


@dataclass(frozen=True)
class RerunPage:
    """The content of the page of a published rerun."""

    entry: Published
    name: str
    study: Study
    results: pd.DataFrame
    verdicts: pd.DataFrame
    checks: pd.DataFrame

    @property
    def title(self) -> str:
        """The page's title."""
        return f"{self.entry.cohort}: {report_text.lowercase_first(self.study.protocol.title)}"


def write_sources(folder: Path) -> int:
    """Write the sources of the pages: the index, and a page of each rerun.

    Parameters
    ----------
    folder : Path
        The folder of the pages. Pages of an earlier build are removed.

    Returns
    -------
    int
        The number of published reruns.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    pages = [read_page(entry) for name in study_names() for entry in published(name)]
    (folder / "index.md").write_text(_index(pages), encoding="utf-8", newline="\n")
    for rerun in pages:
        (folder / f"{rerun.name}.md").write_text(_page(rerun), encoding="utf-8", newline="\n")
    return len(pages)


def copy_tables(folder: Path) -> None:
    """Copy the published tables to the folder of the built pages."""
    pages = [read_page(entry) for name in study_names() for entry in published(name)]
    for rerun in pages:
        (folder / rerun.name).mkdir(parents=True, exist_ok=True)
        for name in KEPT:
            shutil.copyfile(rerun.entry.folder / name, folder / rerun.name / name)


def read_page(entry: Published) -> RerunPage:
    """Read the content of the page of a published rerun."""
    study = study_without_animals(entry.provenance, load_protocol(study_folder(entry.study) / "protocol.yml"))
    results, verdicts, checks = (read_table(entry.folder / f"{name}.csv") for name in ("results", "verdicts", "checks"))
    # A claim may have been removed from the protocol; the published tables keep it.
    verdicts = verdicts[verdicts["claim"].isin(list(study.protocol.claims))]
    checks = checks[checks["check"].isin(list(study.protocol.checks))]
    return RerunPage(entry, page_name(entry), study, results, verdicts, checks)


def page_name(entry: Published) -> str:
    """The name of a rerun's page, without dots, which would mark the ending of a file."""
    name = f"{entry.study}-{entry.cohort}"
    plain = name.replace(".", "_")
    return plain if plain == name else f"{plain}-{entry.provenance.cohort_sha256[:8]}"


def _index(pages: list[RerunPage]) -> str:
    """The index: the number of reruns, how to publish, a table for each study, and what was withdrawn."""
    board = [rerun for rerun in pages if counts_as_test(rerun.verdicts).any()]
    parts = [
        "(published-reruns)=\n# Published reruns\n",
        f"**{publish_text.published_sentence(len(pages), len(board))}**\n",
        *(f"{paragraph}\n" for paragraph in publish_text.PUBLISHING),
    ]
    for name in study_names():
        reruns = [rerun for rerun in pages if rerun.entry.study == name]
        if reruns:
            title = reruns[0].study.protocol.title
            parts.append(f"## {_plain(title)}\n\n{_raw(_summary(reruns, title))}\n")
    withdrawn = [
        publish_text.withdrawn_sentence(study, cohort, event.day, event.cohort_sha256, event.why)
        for study in study_names()
        for cohort, events in histories(study).items()
        for event in events
        if event.what == "withdrawn"
    ]
    if withdrawn:
        lines = "\n".join(f"<li>{html.escape(sentence)}</li>" for sentence in withdrawn)
        listed = f'<ul class="sentences">\n{lines}\n</ul>'
        parts.append(f"## Withdrawn\n\n{_raw(listed)}\n")
    return "\n".join(parts)


def _summary(reruns: list[RerunPage], title: str) -> str:
    """A table of a study's reruns, each with a link to its page."""
    protocol = reruns[0].study.protocol
    rows = []
    for rerun in reruns:
        verdicts = rerun.verdicts.set_index("claim")["verdict"]
        by_claim = {claim.sentence: verdicts.get(key, "–") for key, claim in protocol.claims.items()}
        row = {"Cohort": rerun.entry.cohort, protocol.units.capitalize(): rerun.entry.provenance.cohort_animals or "–"}
        counts = (
            "yes" if counts_as_test(rerun.verdicts).any() else publish_text.why_uncounted(rerun.study, rerun.verdicts)
        )
        rows.append({**row, **by_claim, "Counted": counts, "Published": rerun.entry.history[-1].day})
    shown = tables.to_html(pd.DataFrame(rows), f"Published reruns: {title}")
    page = BeautifulSoup(shown, "html.parser")
    for rerun, line in zip(reruns, page.select("tbody tr"), strict=True):
        cell = line.select("th, td")[0]
        link = page.new_tag("a", href=f"{rerun.name}.html")
        link.string = rerun.entry.cohort
        cell.clear()
        cell.append(link)
    return str(page)


def _page(rerun: RerunPage) -> str:
    return f"# {_plain(rerun.title)}\n\n{_raw(_body(rerun))}\n\n**What next?** {{doc}}`All published reruns <index>`.\n"


def _body(rerun: RerunPage) -> str:
    study, conditions = rerun.study, rerun.entry.provenance.conditions
    changed = file_sha256(study_folder(rerun.entry.study) / "protocol.yml") != rerun.entry.provenance.protocol_sha256
    try:
        planned = primary_results(study, rerun.results)
    except (ValueError, KeyError, IndexError):  # results of an earlier protocol may lack a contrast
        planned = rerun.results.iloc[:0]
    return _template("rerun.html.jinja").render(
        simulated=study.cohort.origin == "simulated",
        status=" ".join(
            [
                report_text.cohort_status_sentence(study, rerun.verdicts, conditions),
                report_text.registration_sentence(study),
            ]
        ),
        warnings=report_text.condition_sentences(study, conditions, warnings=True),
        notes=report_text.condition_sentences(study, conditions, warnings=False),
        outdated=publish_text.outdated_sentence(protocol_changed=changed),
        verdicts=[(row["verdict"], report_text.verdict_sentence(study, row)) for _, row in rerun.verdicts.iterrows()],
        checks=[report_text.check_sentence(study, row) for _, row in rerun.checks.iterrows()],
        caveats=report_text.caveats(study),
        results=[report_text.result_sentence(study, row) for _, row in planned.iterrows()],
        verdicts_table=tables.to_html(tables.verdicts_table(study, rerun.verdicts), "Verdicts"),
        provenance=report_text.provenance_lines(rerun.entry.provenance.model_dump(mode="json")),
        files=[(f"{rerun.name}/{name}", name) for name in KEPT],
        day=rerun.entry.history[-1].day,
    )


def _template(name: str) -> jinja2.Template:
    text = (resources.files("secretome.publish") / name).read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)


def _raw(markup: str) -> str:
    """HTML inside a page of Markdown, with backticks escaped that would end the block."""
    safe = re.sub(r"(?m)^(\s*)(`{3,})", lambda match: match[1] + "&#96;" * len(match[2]), markup)
    return f"{FENCE}{{raw}} html\n{safe}\n{FENCE}\n"


def _plain(text: str) -> str:
    """Text with the characters of Markdown escaped."""
    return re.sub(r"([\\`*_{}\[\]<>$#&|~])", r"\\\1", text)
