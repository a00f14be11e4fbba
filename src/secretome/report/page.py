"""The functions with which a notebook shows results: figures with alt text, tables, and sentences for its text."""

import html as escaping
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from secretome.claims import AS_CLAIMED, DIFFERENCE, conditions
from secretome.cohort import Study
from secretome.report import figures, tables
from secretome.report import text as report_text
from secretome.report.cards import show_cards
from secretome.report.display import show
from secretome.report.render import GLUE, figure_html

HIDDEN = "application/papermill.record/"


def _store(name: str, sentence: str) -> None:
    """Store a sentence in the notebook, as MyST-NB's ``glue(name, sentence, display=False)`` does."""
    show({f"{HIDDEN}text/plain": sentence}, metadata={GLUE: {"name": name, "mime_prefix": HIDDEN}})


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure: what is drawn, its file name, its alternative text, and a title above it."""

    figure: Figure
    name: str
    alt: str
    title: str = ""


class Page:
    """The page of a notebook.

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
        self._figures = 0

    def banner(self, results: pd.DataFrame | None = None) -> None:
        """State at the top that a cohort is simulated, and the conditions under which its error rate is not held.

        No option removes this. The tests that take account of cages, batches and plates are taken from `results`.
        """
        if self._study and self._study.cohort.origin == "simulated":
            self.warn("Simulated cohort: no animal was measured, and the results are not evidence.")
        if self._study:
            found = conditions(self._study, results)
            for code, statement, details in report_text.condition_sentences(self._study, found, warnings=True):
                words = f"<strong>{escaping.escape(statement)}</strong> {escaping.escape(details)}"
                shown = f'data-condition="{code}">{words}</p>'
                show(
                    {"text/html": f'<p class="simulated" role="note" {shown}', "text/plain": f"{statement} {details}"},
                )
            if notes := report_text.condition_sentences(self._study, found, warnings=False):
                self.items(f"{statement} {details}" for _, statement, details in notes)

    def warn(self, text: str) -> None:
        """Show a warning."""
        show(
            {
                "text/html": f'<p class="simulated" role="note"><strong>{escaping.escape(text)}</strong></p>',
                "text/plain": text,
            },
        )

    def say(self, **sentences: str) -> None:
        """Store sentences for text cells, which show `name` with ``{glue:text}`name```."""
        for name, sentence in sentences.items():
            _store(name, sentence)

    def cards(self, verdicts: pd.DataFrame) -> None:
        """Show a card for each claim, with its verdict, effect, p and n."""
        show_cards(self._study_of("claims"), verdicts)

    def panels(self, panels: Sequence[Panel], caption: str) -> None:
        """Show a numbered figure of one or several panels with its caption, and write the files of each panel.

        The panels stand side by side where there is room.
        """
        self._figures += 1
        drawings = []
        for panel in panels:
            svg = figures.to_svg(panel.figure, panel.name)
            drawings.append(figure_html(svg, panel.alt, panel.name, panel.title))
            if self._out:
                figures.export(panel.figure, svg, self._out / "figures", panel.name)
        number = f"Figure {self._figures}"
        shown = "\n".join(drawings)
        page = (
            f'<figure class="numbered" id="figure-{self._figures}" role="group" aria-label="{number}">\n'
            f'<div class="panels{" several" if len(panels) > 1 else ""}">\n{shown}\n</div>\n'
            f"<figcaption><strong>{number}.</strong> {escaping.escape(caption)}</figcaption>\n</figure>"
        )
        alts = "\n".join(panel.alt for panel in panels)
        show({"text/html": page, "text/plain": f"{number}. {caption}\n{alts}"})

    def figure(self, figure: Figure, name: str, alt: str, caption: str = "") -> None:
        """Show a figure with its alternative text, and write its files; one with a caption is numbered."""
        if caption:
            self.panels([Panel(figure, name, alt)], caption)
            return
        svg = figures.to_svg(figure, name)
        bundle = {"image/svg+xml": svg, "text/plain": alt}
        show(bundle, metadata={"image/svg+xml": {"alt": alt, "name": name}})
        if self._out:
            figures.export(figure, svg, self._out / "figures", name)

    def table(
        self, table: pd.DataFrame, caption: str, *, folded: bool = False, data: pd.DataFrame | None = None
    ) -> None:
        """Show a table with its caption; a long table may be folded.

        Its file holds `data`, with every digit, or else what is shown.
        """
        shown = tables.to_html(table, caption, data)
        if folded:
            shown = (
                f"<details><summary>{escaping.escape(caption)}: "
                f"{report_text.count(len(table), 'row')}</summary>\n{shown}\n</details>"
            )
        show({"text/html": shown, "text/plain": table.to_string(index=False)})

    def html(self, fragment: str) -> None:
        """Show HTML that the package made."""
        show({"text/html": fragment, "text/plain": "(HTML)"})

    def line(self, text: str) -> None:
        """Show a line that introduces the figures and tables below it."""
        show({"text/html": f"<p><strong>{escaping.escape(text)}</strong></p>", "text/plain": text})

    def items(self, sentences: Iterable[str], *, copy: bool = False, folded: str = "") -> None:
        """Show sentences as a list.

        Those fit to paste get a button that copies them; a long list may be folded under a heading until it is asked
        for.
        """
        listed = list(sentences)
        lines = "\n".join(f"<li>{escaping.escape(sentence)}</li>" for sentence in listed)
        shown = f'<ul class="sentences{" paste" if copy else ""}">\n{lines}\n</ul>'
        if folded:
            shown = (
                f"<details><summary>{escaping.escape(folded)}: "
                f"{report_text.count(len(listed), 'sentence')}</summary>\n{shown}\n</details>"
            )
        show({"text/html": shown, "text/plain": "\n".join(listed)})

    def paragraph(self, text: str, *, folded: str = "") -> None:
        """Show a paragraph with a button that copies it; it may be folded under a heading."""
        shown = f'<p class="paste">{escaping.escape(text)}</p>'
        if folded:
            shown = f"<details><summary>{escaping.escape(folded)}</summary>\n{shown}\n</details>"
        show({"text/html": shown, "text/plain": text})

    def curves(self, curves: Mapping[str, pd.DataFrame], alpha: float) -> None:
        """Show all analyses of each claim: a summary, a figure of specification curves, and folded tables.

        For a claim that nothing changes, tests of a difference and tests of equivalence have separate curves.
        """
        study = self._study_of("claims")
        claims = study.protocol.claims
        self.items(report_text.specification_sentence(claims[key], rows) for key, rows in curves.items())
        panels = []
        for key, specifications in curves.items():
            title = claims[key].sentence
            for question, name in ((AS_CLAIMED, f"analyses-{key}"), (DIFFERENCE, f"differences-{key}")):
                rows = specifications[specifications["question"] == question]
                if len(rows):
                    if question == DIFFERENCE:
                        title = f"{title} Tests of a difference."
                    figure = figures.specification_figure(study, rows, alpha)
                    panels.append(Panel(figure, name, report_text.specification_alt(study, claims[key], rows), title))
        self.panels(panels, report_text.curves_caption(study, alpha))
        for key, specifications in curves.items():
            title = f"All analyses of “{claims[key].sentence.rstrip('.')}”"
            self.table(tables.specifications_table(study, specifications), title, folded=True, data=specifications)
        choices = "Specifications, with the reason for each choice"
        self.table(tables.options_table(pd.concat(curves.values())), choices, folded=True)

    def _study_of(self, what: str) -> Study:
        if self._study is None:
            raise ValueError(f"a page without a study has no {what}.")
        return self._study

    def save(self, **results: pd.DataFrame) -> None:
        """Write each table as ``NAME.csv``, identical for identical results."""
        if self._out:
            self._out.mkdir(parents=True, exist_ok=True)
            for name, table in results.items():
                table.to_csv(self._out / f"{name}.csv", index=False, lineterminator="\n")
