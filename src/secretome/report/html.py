"""One self-contained HTML file from an executed notebook, with light and dark mode, that needs no network."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
import pandas as pd

from secretome.claims import Condition
from secretome.cohort import Study
from secretome.report import text
from secretome.report.breaks import unbroken
from secretome.report.cards import verdict_cards
from secretome.report.markdown import notebook_html
from secretome.report.typefaces import font_faces


def report_html(
    notebook: Mapping[str, Any],
    study: Study,
    verdicts: pd.DataFrame,
    checks: pd.DataFrame,
    provenance: Mapping[str, Any],
    altered: str = "",
    found: Sequence[Condition] = (),
) -> str:
    """Render an executed notebook as one HTML file.

    Parameters
    ----------
    notebook : mapping
        The executed notebook of a study, as nbformat or `run_without_jupyter` returns it.
    study : Study
        The study and cohort that it was run on.
    verdicts : DataFrame
        Its verdicts, which the report opens with.
    checks : DataFrame
        Its checks, shown above the verdicts.
    provenance : mapping
        What is known of the run, shown at the report's end.
    altered : str
        In what the run differs from the one that the protocol plans; shown at the top.
    found : sequence of Condition
        The conditions of the cohort, which are stated at the top.

    Returns
    -------
    str
        The file's text. Code is left out: it is in the notebook beside the report.
    """
    sources = text.GUIDELINES | {source.citation: source.text for source in study.protocol.sources.values()}
    body = notebook_html(notebook, sources)
    files = resources.files("secretome.report")
    scripts = [(files / name).read_text(encoding="utf-8") for name in ("copy.js", "sortable.min.js", "export.js")]
    styles = [(files / name).read_text(encoding="utf-8") for name in ("shared.css", "export.css", "report.css")]
    page = (files / "report.html.jinja").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True).from_string(page)
    return template.render(
        **_about_cohort(study),
        altered=altered,
        warnings=text.condition_sentences(study, found, warnings=True),
        notes=text.condition_sentences(study, found, warnings=False),
        answer=text.answer_sentence(study, verdicts),
        cards=verdict_cards(study, verdicts),
        sentences=[text.verdict_sentence(study, row) for _, row in verdicts.iterrows()],
        checks=[text.check_sentence(study, row) for _, row in checks.iterrows()],
        standing=text.cohort_status_sentence(study, verdicts, found),
        body=unbroken(body),
        provenance=text.provenance_lines(provenance),
        scripts=scripts,
        policy=content_policy(scripts),
        style="\n".join([*styles, _typefaces()]),
    )


def _about_cohort(study: Study) -> dict[str, Any]:
    """What the report states about the study and the cohort, whatever the results are."""
    with_limits = [key for key, about in study.protocol.endpoints.items() if about.kind != "continuous"]
    return {
        "title": study.protocol.title,
        "cohort": study.cohort.id,
        "who": text.cohort_sentence(study),
        "simulated": study.cohort.origin == "simulated",
        "caveats": text.caveats(study),
        "deaths": text.deaths_sentence(study),
        "losses": text.losses(study),
        "censoring": [text.censoring_sentence(study, key) for key in with_limits],
        "excluded": study.cohort.excluded.drop_duplicates(["animal", "group", "exclude"]).to_dict("records"),
        "registered": text.registration_sentence(study),
        "cohort_notes": study.cohort.notes,
    }


@cache
def _typefaces() -> str:
    return font_faces(italic=False)


def content_policy(scripts: Sequence[str]) -> str:
    """The content security policy of a report: it runs only these scripts and loads nothing.

    Examples
    --------
    >>> content_policy([])[:40]
    "default-src 'none'; script-src 'none'; s"
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"
    # Figures bring their styles inside their elements.
    rules = (
        "default-src 'none'",
        f"script-src {allowed}",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)
