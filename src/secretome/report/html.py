"""One self-contained HTML file from an executed notebook: no network, no second file, light and dark."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
import nbformat
import pandas as pd
from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import roles
from myst_nb.docutils_ import Parser

from secretome import words
from secretome.cohort import Study
from secretome.report.breaks import unbroken
from secretome.report.typefaces import font_faces

# Roles that only a whole book can resolve; a report shows their text.
BOOK_ROLES = ("term", "doc", "ref", "numref", "cite")
# Cells about the book's own page, such as exercises, do not travel with a cohort.
BOOK_ONLY = "book-only"
EXTENSIONS = ("colon_fence", "dollarmath", "deflist", "attrs_block", "attrs_inline")


def report_html(
    notebook: nbformat.NotebookNode,
    study: Study,
    verdicts: pd.DataFrame,
    checks: pd.DataFrame,
    provenance: Mapping[str, Any],
    altered: str = "",
) -> str:
    """Render an executed notebook as one HTML file.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook of a study.
    study : Study
        The study and cohort that it was run on.
    verdicts : DataFrame
        Its verdicts, which the report opens with.
    checks : DataFrame
        Its checks, shown above the verdicts.
    provenance : mapping
        What is known of the run, shown at the report's end.
    altered : str
        In what the run differs from the one that the protocol plans, said at the top.

    Returns
    -------
    str
        The file's text. Code is left out: it is in the notebook beside the report.
    """
    sources = words.GUIDELINES | {source.citation: source.text for source in study.protocol.sources.values()}
    for name in BOOK_ROLES:
        roles.register_local_role(name, _plain_role(sources))
    parts = publish_parts(
        nbformat.writes(_without_book(notebook)),
        parser=Parser(),
        writer_name="html5",
        settings_overrides={
            "nb_execution_mode": "off",
            "nb_remove_code_source": True,
            "nb_append_css": False,
            "nb_output_folder": "",
            "nb_merge_streams": True,
            "math_output": "MathML",
            "image_loading": "embed",
            "embed_stylesheet": False,
            # An unknown role or a glue key that does not exist ends the run: a report with an error box is no report.
            "halt_level": 2,
            "report_level": 2,
            "warning_stream": False,
            "myst_enable_extensions": list(EXTENSIONS),
        },
    )
    files = resources.files("secretome.report")
    scripts = [(files / name).read_text(encoding="utf-8") for name in ("copy.js", "sortable.min.js", "take.js")]
    template = jinja2.Environment(autoescape=True).from_string((files / "report.html.jinja").read_text(encoding="utf-8"))
    return template.render(
        title=study.protocol.title,
        cohort=study.cohort.id,
        who=words.cohort_sentence(study),
        simulated=study.cohort.origin == "simulated",
        altered=altered,
        verdicts=[_in_parts(study, row) for _, row in verdicts.iterrows()],
        checks=[words.check_sentence(study, row) for _, row in checks.iterrows()],
        caveats=words.caveats(study),
        deaths=words.deaths_sentence(study),
        losses=words.losses(study),
        censoring=[words.censoring_sentence(study, key) for key in study.protocol.endpoints],
        excluded=study.cohort.excluded.drop_duplicates(["animal", "group", "exclude"]).to_dict("records"),
        standing=words.standing_sentence(study, verdicts),
        registered=words.registration_sentence(study),
        understood=study.cohort.understood,
        body=unbroken(parts["body"]),
        provenance=words.provenance_lines(provenance),
        scripts=scripts,
        policy=content_policy(scripts),
        style="\n".join([*((files / name).read_text(encoding="utf-8") for name in ("shared.css", "take.css", "report.css")), _typefaces()]),
    )


@cache
def _typefaces() -> str:
    return font_faces(italic=False)


def _in_parts(study: Study, verdict: pd.Series) -> tuple[str, str, str, str]:
    """A verdict, and its sentence as the claim, the word and what it rests on: together they are the sentence to paste."""
    claim = study.protocol.claims[verdict["claim"]].sentence
    word, colon, rest = words.verdict_sentence(study, verdict).removeprefix(claim).partition(":")
    return verdict["verdict"], claim, word + colon, rest


def content_policy(scripts: Sequence[str]) -> str:
    """What a browser may do with a report: run these scripts, whatever else stands in it, and load nothing.

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


def _without_book(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without the cells that speak to a reader of the book alone."""
    cells = [cell for cell in notebook.cells if BOOK_ONLY not in cell.metadata.get("tags", [])]
    return nbformat.NotebookNode({**notebook, "cells": cells})


def _plain_role(sources: Mapping[str, str]) -> Callable[..., tuple[list[nodes.Node], list[nodes.system_message]]]:
    """A role that shows its title, or, for a citation, the source in words."""

    def role(name: str, rawtext: str, text: str, *_: Any, **__: Any) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        titled = re.fullmatch(r"(.+?)\s*<[^<>]+>", text, re.DOTALL)
        shown = titled[1] if titled else text
        # A report travels without the book, so it says where a page that it names is.
        said = {"cite": f"({sources.get(shown, shown)})", "doc": f"{shown} (a page of the book)"}.get(name, shown)
        return [nodes.inline(rawtext, said)], []

    return role
