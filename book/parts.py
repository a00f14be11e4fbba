"""Parts of pages that the package states: the front page's example, the commands and the versions, as Markdown files.

Pages include them, so Sphinx needs no extension and reads a page again when a part has changed.
"""

from __future__ import annotations

import html
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import pandas as pd
import scipy.stats
import yaml

import secretome
from build import pages_in_contents
from secretome import adjudicate, analyse, load_study, stats
from secretome.course.check_answer import read_exercises
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.protocol.key_docs import key_docs
from secretome.report import figures, tables, text
from secretome.report.cards import verdict_cards
from secretome.report.render import figure_html
from secretome.rerun.provenance import VERSIONED

ROOT = Path(__file__).resolve().parents[1]
MAX_EXAMPLE_LENGTH = 60
FORM = Path(__file__).with_name("try_form.html")
AUDIT_FORM = Path(__file__).with_name("audit_form.html")
REPORTED = Path(__file__).with_name("reported.md")
PROGRESS_LIST = Path(__file__).with_name("progress_list.html")
POWER_FORM = Path(__file__).with_name("power_form.html")
EXAMPLE = ("treg_conditioned_medium", "tregs_rise_cd25pos")
# Seconds on a rotating rod, with a limit of 300 s.
ROTAROD = ([300] * 12, [22, 300, 75, 271, 300, 18, 300, 300, 163, 300, 300, 300])
NOT_KEPT = r"\A# .*?(?=^## )"  # what precedes the first command: the page says it in its own words
PYTHON_TYPES = r" <(?:str|path|Path|list\[\w+\])>"  # a reader types words and files; numbers keep their kind


def write_parts(folder: Path) -> None:
    """Write every part into a folder.

    Parameters
    ----------
    folder : Path
        An existing folder.
    """
    parts = {
        "try": _raw(form()),
        "audit": _raw(audit_form()),
        "power": _raw(power_form("../../_static")),
        "progress": _raw(progress_list()),
        "example": _raw(example(*EXAMPLE)),
        "exact": _raw(exact_example()),
        "commands": commands(),
        "protocol_keys": _raw(protocol_keys()),
        "versions": _raw(versions()),
        "citation": citation(),
    }
    for name, part in parts.items():
        (folder / f"{name}.md").write_text(part, encoding="utf-8", newline="\n")


def example(name: str, key: str) -> str:
    """The figure of a paired study's own cohort with its caption, and the card of its verdict, as HTML."""
    study = load_study(name)
    claim = study.protocol.claims[key]
    results = analyse(study, analyses=("published", "planned"))
    verdicts = adjudicate(study, results)
    verdicts = verdicts[verdicts["claim"] == key]
    planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")]
    row = planned.set_index("endpoint", drop=False).loc[claim.endpoint]
    drawing = figure_html(
        figures.to_svg(figures.paired_figure(study, claim, row), "answer"),
        text.paired_alt(study, claim, row),
        "answer",
    )
    standing = text.cohort_status_sentence(study, verdicts)
    caption = f"{text.cohort_sentence(study)} {text.paired_caption(study, [claim], [row])} {standing}"
    return (
        f'<figure class="numbered" role="group" aria-label="Figure 1"><div class="panels">{drawing}</div>'
        f"<figcaption>{verdict_cards(study, verdicts)}<strong>Figure 1. Real data.</strong> {html.escape(caption)}"
        "</figcaption></figure>"
    )


def exact_example() -> str:
    """Two p-values of one pair of samples, by SciPy's exact method and with ties counted, as HTML."""
    ours, theirs = stats.mann_whitney(*ROTAROD).pvalue, scipy.stats.mannwhitneyu(*ROTAROD, method="exact").pvalue
    values = (", ".join(map(str, sorted(sample))) for sample in ROTAROD)
    named = zip(("Treated", "Control"), values, strict=True)
    rows = "".join(f"<p><strong>{name}</strong>: {listed} s</p>" for name, listed in named)
    wrong, right = (f"<strong>{text.p_number(p)}</strong>" for p in (theirs, ours))
    return (
        '<div class="exact-example">'
        f'<p class="exact-claim">SciPy’s exact p here is {wrong}; the correct value is {right}.</p>'
        f"<p>Seconds on a rotating rod, for twelve treated and twelve control rats:</p>{rows}"
        "<p>Many values are equal, and the exact method of SciPy’s Mann-Whitney test does not take ties into account. "
        "The tests of this book count the permutations of the values as they are.</p></div>"
    )


def audit_form() -> str:
    """The form that checks a printed table in the browser, with the example of its page."""
    example = re.search(r"```yaml\n(.*?)```", REPORTED.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None, "the page on printed tables has no example"
    return AUDIT_FORM.read_text(encoding="utf-8").replace("<!-- example -->", html.escape(example[1]))


def power_form(static: str) -> str:
    """The form that calculates power in the browser, with the claims of the studies with a simulation."""
    protocols = {name: load_protocol(study_folder(name) / "protocol.yml") for name in study_names()}
    groups = "".join(
        f'<optgroup label="{html.escape(protocol.title)}">'
        + "".join(
            f'<option value="{name} {key}">{html.escape(claim.sentence)}</option>'
            for key, claim in protocol.simulated.claims.items()
        )
        + "</optgroup>"
        for name, protocol in protocols.items()
        if protocol.simulation
    )
    return POWER_FORM.read_text(encoding="utf-8").replace("{static}", static).replace("<!-- claims -->", groups)


def progress_list() -> str:
    """The list of the exercises that a reader answered rightly, which a script fills in."""
    lessons = [Path(page).parent.name for page in pages_in_contents() if page.startswith("notebooks/methods/")]
    counts = {lesson: len(read_exercises(lesson)) for lesson in lessons}
    return PROGRESS_LIST.read_text(encoding="utf-8").replace("{exercises}", html.escape(json.dumps(counts)))


def form() -> str:
    """The form of the in-browser page, with the studies to choose from."""
    studies = ((name, load_protocol(study_folder(name) / "protocol.yml").title) for name in study_names())
    options = "".join(f'<option value="{name}">{html.escape(title)}</option>' for name, title in studies)
    return FORM.read_text(encoding="utf-8").replace("<!-- studies -->", options)


def commands() -> str:
    """Every command with its arguments, options, defaults and example, as Typer's documentation in Markdown."""
    asked = [sys.executable, "-m", "typer", "secretome.cli", "utils", "docs", "--name", "secretome"]
    written = subprocess.run(asked, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    written = re.sub(NOT_KEPT, "", written, flags=re.DOTALL | re.MULTILINE)
    return re.sub(PYTHON_TYPES, "", written)


def protocol_keys() -> str:
    """Every key of a protocol with its type, default, example and what reads it, one HTML table per model."""
    protocols = [load_protocol(study_folder(name) / "protocol.yml") for name in study_names()]
    examples = {key: value for protocol in reversed(protocols) for key, value in _examples(protocol)}
    sections = []
    for model, docs in groupby(key_docs(), key=lambda doc: doc.model):
        rows = [
            {
                "Key": doc.key,
                "Meaning": doc.meaning.replace("`", ""),
                "Type": doc.type.replace("`", ""),
                "Default": doc.default,
                "Example": examples.get((doc.model, doc.key), "–"),
                "Read by": doc.read_by.replace("`", ""),
            }
            for doc in docs
        ]
        sections.append(
            f'<h3 id="key-{model.lower()}">{model}</h3>{tables.to_html(pd.DataFrame(rows), f"Keys of {model}")}'
        )
    return "\n".join(sections)


def _examples(part: object) -> Iterator[tuple[tuple[str, str], str]]:
    """The values of a protocol that are text or numbers, by model and key."""
    for field in fields(part):  # type: ignore[arg-type]
        value = getattr(part, field.name)
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
        parts = [one for one in inside if is_dataclass(one)]
        if value not in (None, "", ()) and not parts and not isinstance(value, dict):
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            text = f"[{shown}]" if isinstance(value, tuple) else shown.lower() if isinstance(value, bool) else shown
            yield (
                (type(part).__name__, field.name),
                text if len(text) <= MAX_EXAMPLE_LENGTH else f"{text[:MAX_EXAMPLE_LENGTH]}…",
            )
        for one in parts:
            yield from _examples(one)


def versions() -> str:
    """Python, the packages that results depend on, and what builds the pages, as an HTML table."""
    names = ("Python", *VERSIONED, "jupyter-book", "Sphinx")
    installed = [platform.python_version() if name == "Python" else version(name) for name in names]
    return tables.to_html(pd.DataFrame({"Software": names, "Version": installed}), "Versions")


def citation() -> str:
    """The citation of the book, as `CITATION.cff` and the settings of the book state it."""
    stated = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    year = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["copyright"]
    authors = ", ".join(one.get("name") or f"{one['family-names']} {one['given-names']}" for one in stated["authors"])
    return f"*{authors} ({year}). {stated['title']}, version {secretome.__version__}*\n"


def _raw(part: str) -> str:
    """HTML as a block of Markdown that no line of it can end."""
    return f"```````{{raw}} html\n{part}\n```````\n"
