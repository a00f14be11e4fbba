"""The pages of published reruns, made when the book is built: a summary, and one page each."""

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
from secretome.publish.finished_reruns import bare_study
from secretome.publish.published_dir import KEPT, Published, histories, published, read_table
from secretome.publish.scoreboard import counted
from secretome.report import tables
from secretome.report import text as report_text

FENCE = "```````"


@dataclass(frozen=True)
class Shown:
    """A published rerun as its page shows it."""

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
    """Write the pages that the book is to build: the summary, and a page of each rerun.

    Parameters
    ----------
    folder : Path
        Where the pages go. Pages of an earlier build are removed.

    Returns
    -------
    int
        How many reruns are published.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    shown = [show(entry) for name in study_names() for entry in published(name)]
    (folder / "index.md").write_text(_index(shown), encoding="utf-8", newline="\n")
    for one in shown:
        (folder / f"{one.name}.md").write_text(_page(one), encoding="utf-8", newline="\n")
    return len(shown)


def write_beside(folder: Path) -> None:
    """Copy the published tables to the folder of the built pages."""
    shown = [show(entry) for name in study_names() for entry in published(name)]
    for one in shown:
        (folder / one.name).mkdir(parents=True, exist_ok=True)
        for name in KEPT:
            shutil.copyfile(one.entry.folder / name, folder / one.name / name)


def show(entry: Published) -> Shown:
    """Read what the page of a published rerun needs."""
    study = bare_study(entry.provenance, load_protocol(study_folder(entry.study) / "protocol.yml"))
    results, verdicts, checks = (read_table(entry.folder / f"{name}.csv") for name in ("results", "verdicts", "checks"))
    # A protocol may have lost a claim since; the tables beside the page keep it.
    verdicts = verdicts[verdicts["claim"].isin(list(study.protocol.claims))]
    checks = checks[checks["check"].isin(list(study.protocol.checks))]
    return Shown(entry, page_name(entry), study, results, verdicts, checks)


def page_name(entry: Published) -> str:
    """The name of a rerun's page: a dot in it would be taken for the ending of a file."""
    name = f"{entry.study}-{entry.cohort}"
    plain = name.replace(".", "_")
    return plain if plain == name else f"{plain}-{entry.provenance.cohort_sha256[:8]}"


def _index(shown: list[Shown]) -> str:
    """The summary: how many, a table for each study, what was withdrawn, and how to publish."""
    board = [one for one in shown if counted(one.verdicts).any()]
    parts = [
        "(published-reruns)=\n# Published reruns\n",
        f"**{publish_text.published_sentence(len(shown), len(board))}**\n",
        *(f"{paragraph}\n" for paragraph in publish_text.PUBLISHING),
    ]
    for name in study_names():
        own = [one for one in shown if one.entry.study == name]
        if own:
            title = own[0].study.protocol.title
            parts.append(f"## {_plain(title)}\n\n{_raw(_summary(own, title))}\n")
    gone = [
        publish_text.withdrawn_sentence(study, cohort, event.day, event.cohort_sha256, event.why)
        for study in study_names()
        for cohort, events in histories(study).items()
        for event in events
        if event.what == "withdrawn"
    ]
    if gone:
        lines = "\n".join(f"<li>{html.escape(sentence)}</li>" for sentence in gone)
        listed = f'<ul class="sentences">\n{lines}\n</ul>'
        parts.append(f"## Withdrawn\n\n{_raw(listed)}\n")
    return "\n".join(parts)


def _summary(own: list[Shown], title: str) -> str:
    """A table of a study's reruns, each linked to its page."""
    protocol = own[0].study.protocol
    rows = []
    for one in own:
        verdicts = one.verdicts.set_index("claim")["verdict"]
        said = {claim.sentence: verdicts.get(key, "–") for key, claim in protocol.claims.items()}
        row = {"Cohort": one.entry.cohort, protocol.units.capitalize(): one.entry.provenance.cohort_animals or "–"}
        counts = "yes" if counted(one.verdicts).any() else publish_text.why_uncounted(one.study, one.verdicts)
        rows.append({**row, **said, "Counted": counts, "Published": one.entry.history[-1].day})
    shown = tables.to_html(pd.DataFrame(rows), f"Published reruns: {title}")
    page = BeautifulSoup(shown, "html.parser")
    for one, line in zip(own, page.select("tbody tr"), strict=True):
        cell = line.select("th, td")[0]
        link = page.new_tag("a", href=f"{one.name}.html")
        link.string = one.entry.cohort
        cell.clear()
        cell.append(link)
    return str(page)


def _page(one: Shown) -> str:
    return f"# {_plain(one.title)}\n\n{_raw(_body(one))}\n\n**What next?** {{doc}}`All published reruns <index>`.\n"


def _body(one: Shown) -> str:
    study, found = one.study, one.entry.provenance.conditions
    changed = file_sha256(study_folder(one.entry.study) / "protocol.yml") != one.entry.provenance.protocol_sha256
    try:
        planned = primary_results(study, one.results)
    except (ValueError, KeyError, IndexError):  # results under an earlier protocol may lack a contrast of today's
        planned = one.results.iloc[:0]
    return _template("rerun.html.jinja").render(
        simulated=study.cohort.origin == "simulated",
        standing=" ".join(
            [report_text.cohort_status_sentence(study, one.verdicts, found), report_text.registration_sentence(study)]
        ),
        warnings=report_text.condition_sentences(study, found, warnings=True),
        notes=report_text.condition_sentences(study, found, warnings=False),
        outdated=publish_text.outdated_sentence(protocol_changed=changed),
        verdicts=[(row["verdict"], report_text.verdict_sentence(study, row)) for _, row in one.verdicts.iterrows()],
        checks=[report_text.check_sentence(study, row) for _, row in one.checks.iterrows()],
        caveats=report_text.caveats(study),
        results=[report_text.result_sentence(study, row) for _, row in planned.iterrows()],
        verdicts_table=tables.to_html(tables.verdicts_table(study, one.verdicts), "Verdicts"),
        provenance=report_text.provenance_lines(one.entry.provenance.model_dump(mode="json")),
        files=[(f"{one.name}/{name}", name) for name in KEPT],
        day=one.entry.history[-1].day,
    )


def _template(name: str) -> jinja2.Template:
    text = (resources.files("secretome.publish") / name).read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)


def _raw(markup: str) -> str:
    """HTML inside a page of Markdown, without spaces before a line that looks like the fence and would end it."""
    safe = re.sub(r"(?m)^(\s*)(`{3,})", lambda match: match[1] + "&#96;" * len(match[2]), markup)
    return f"{FENCE}{{raw}} html\n{safe}\n{FENCE}\n"


def _plain(text: str) -> str:
    """Text as Markdown shows it unchanged."""
    return re.sub(r"([\\`*_{}\[\]<>$#&|~])", r"\\\1", text)
