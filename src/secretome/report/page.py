"""What a notebook calls to show a result: figures with alt text, tables, and sentences for its prose."""

import html
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from secretome.claims import AS_CLAIMED, DIFFERENCE, conditions
from secretome.cohort import Study
from secretome.report import figures, tables
from secretome.report import text as report_text
from secretome.report.display import show
from secretome.report.render import GLUE

HIDDEN = "application/papermill.record/"


def _store(name: str, sentence: str) -> None:
    """Store a sentence in the notebook, as MyST-NB's ``glue(name, sentence, display=False)`` does."""
    show({f"{HIDDEN}text/plain": sentence}, metadata={GLUE: {"name": name, "mime_prefix": HIDDEN}})


class Page:
    """The page that a notebook fills.

    Parameters
    ----------
    study : Study, optional
        What the page is about; none for a page about the book itself.
    out : str
        A folder for figures and tables, or ``""`` to write nothing.
    """

    def __init__(self, study: Study | None = None, out: str = "") -> None:
        self._study = study
        self._out = Path(out) if out else None

    def banner(self, results: pd.DataFrame | None = None) -> None:
        """State at the top that a cohort is simulated, and the conditions under which its error rate is not held.

        No option removes this. The tests that take account of cages, batches and plates are taken from `results`.
        """
        if self._study and self._study.cohort.origin == "simulated":
            self.warn(
                "Simulated cohort. A computer made these numbers; no animal was measured, and nothing here is evidence."
            )
        if self._study:
            found = conditions(self._study, results)
            for code, statement, details in report_text.condition_sentences(self._study, found, warnings=True):
                shown = f'data-condition="{code}"><strong>{html.escape(statement)}</strong> {html.escape(details)}</p>'
                show(
                    {"text/html": f'<p class="simulated" role="note" {shown}', "text/plain": f"{statement} {details}"},
                )
            if notes := report_text.condition_sentences(self._study, found, warnings=False):
                self.items(f"{statement} {details}" for _, statement, details in notes)

    def warn(self, text: str) -> None:
        """Show a warning."""
        show(
            {
                "text/html": f'<p class="simulated" role="note"><strong>{html.escape(text)}</strong></p>',
                "text/plain": text,
            },
        )

    def say(self, **sentences: str) -> None:
        """Give the prose its sentences: a text cell shows `name` where it says ``{glue:text}`name```."""
        for name, sentence in sentences.items():
            _store(name, sentence)

    def figure(self, figure: Figure, name: str, alt: str) -> None:
        """Show a figure with its alternative text, and write its files."""
        svg = figures.to_svg(figure, name)
        bundle = {"image/svg+xml": svg, "text/plain": alt}
        show(bundle, metadata={"image/svg+xml": {"alt": alt, "name": name}})
        if self._out:
            figures.export(figure, svg, self._out / "figures", name)

    def table(
        self, table: pd.DataFrame, caption: str, *, folded: bool = False, data: pd.DataFrame | None = None
    ) -> None:
        """Show a table under its caption; a long one may be folded until it is asked for.

        Its file holds `data`, with every digit, or else what is shown.
        """
        shown = tables.to_html(table, caption, data)
        if folded:
            shown = (
                f"<details><summary>{html.escape(caption)}: "
                f"{report_text.count(len(table), 'row')}</summary>\n{shown}\n</details>"
            )
        show({"text/html": shown, "text/plain": table.to_string(index=False)})

    def line(self, text: str) -> None:
        """Say what the figures and tables that follow are about."""
        show({"text/html": f"<p><strong>{html.escape(text)}</strong></p>", "text/plain": text})

    def items(self, sentences: Iterable[str], *, copy: bool = False, folded: str = "") -> None:
        """Show sentences as a list, where how many there are depends on the study.

        Those fit to paste get a button that copies them; a long list may be folded under a heading until it is asked
        for.
        """
        listed = list(sentences)
        lines = "\n".join(f"<li>{html.escape(sentence)}</li>" for sentence in listed)
        shown = f'<ul class="sentences{" paste" if copy else ""}">\n{lines}\n</ul>'
        if folded:
            shown = (
                f"<details><summary>{html.escape(folded)}: "
                f"{report_text.count(len(listed), 'sentence')}</summary>\n{shown}\n</details>"
            )
        show({"text/html": shown, "text/plain": "\n".join(listed)})

    def paragraph(self, text: str) -> None:
        """Show a paragraph fit to paste, with a button that copies it."""
        show({"text/html": f'<p class="paste">{html.escape(text)}</p>', "text/plain": text})

    def curve(self, key: str, specifications: pd.DataFrame, alpha: float) -> None:
        """Show every analysis of a claim as a summary, a curve and a folded table.

        For a claim that nothing changes, tests of a difference and tests of equivalence have separate curves.
        """
        if self._study is None:
            raise ValueError("a page without a study has no claims.")
        claim = self._study.protocol.claims[key]
        self.items([report_text.specification_sentence(claim, specifications)])
        for question, name in ((AS_CLAIMED, f"analyses-{key}"), (DIFFERENCE, f"differences-{key}")):
            rows = specifications[specifications["question"] == question]
            if len(rows):
                figure = figures.specification_figure(self._study, rows, alpha)
                self.figure(figure, name, report_text.specification_alt(self._study, claim, rows))
        title = f"Every analysis: {claim.sentence.rstrip('.')}"
        self.table(tables.specifications_table(self._study, specifications), title, folded=True, data=specifications)

    def save(self, **results: pd.DataFrame) -> None:
        """Write each table as ``NAME.csv``, the same bytes for the same results."""
        if self._out:
            self._out.mkdir(parents=True, exist_ok=True)
            for name, table in results.items():
                table.to_csv(self._out / f"{name}.csv", index=False, lineterminator="\n")
