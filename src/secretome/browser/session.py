"""A file in the browser: read with the reader's choices, analysed, and returned as text, figures and files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from secretome.analysis import analyse
from secretome.browser.choices import questions
from secretome.browser.records import Record, problem_records, run_record, study_record, verdict_record
from secretome.claims import adjudicate, conditions, examine, specifications
from secretome.cohort import Study, load_study
from secretome.protocol import InputError, load_protocol, study_folder
from secretome.report import text
from secretome.report.cards import verdict_cards

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Session:
    """The file that the reader chose, and what was calculated from it."""

    def __init__(self) -> None:
        self._study: Study | None = None
        self._results: pd.DataFrame | None = None
        self._verdicts: pd.DataFrame | None = None

    @property
    def study(self) -> Study:
        """The study with the cohort that was read."""
        if self._study is None:
            raise ValueError("no file has been read.")
        return self._study

    @property
    def results(self) -> pd.DataFrame:
        """The results of every analysis."""
        if self._results is None:
            self._results = analyse(self.study)
        return self._results

    @property
    def verdicts(self) -> pd.DataFrame:
        """The verdicts, from the results of every analysis."""
        if self._verdicts is None:
            self._verdicts = adjudicate(self.study, self.results)
        return self._verdicts

    def read(
        self,
        study: str,
        path: str = "",
        sheet: str = "",
        names: Mapping[str, str] | None = None,
        decimal: str = "",
        key: str = "",
    ) -> Record:
        """Read a file, or the study's own cohort, and return how it was read, or every problem and the questions.

        Parameters
        ----------
        study : str
            The key of a study.
        path : str
            A file; empty for the study's own cohort.
        sheet, names, decimal, key
            As for `load_study`.
        """
        self._study = self._results = self._verdicts = None
        try:
            self._study = load_study(
                study,
                Path(path) if path else None,
                sheet=sheet or None,
                names=names,
                decimal=decimal or None,
                key=Path(key) if key else None,
            )
        except InputError as error:
            protocol = load_protocol(study_folder(study) / "protocol.yml")
            asked = questions(error.problems, protocol)
            return {"understood": None, "problems": problem_records(error.problems), "questions": asked}
        summary = study_record(self.study, conditions(self.study))
        return {"understood": summary, "problems": [], "questions": []}

    def decide(self) -> Record:
        """Return the verdicts by the planned and the published analysis, their cards, the checks, and sentences."""
        study = self.study
        results = analyse(study, ("published", "planned"))
        verdicts = adjudicate(study, results)
        planned = results[(results["analysis"] == "planned") & (results["alternative"] != "equivalence")]
        return {
            "verdicts": [verdict_record(study, row) for row in verdicts.to_dict("records")],
            "cards": verdict_cards(study, verdicts),
            "checks": [text.check_sentence(study, row) for _, row in examine(study, results).iterrows()],
            "deaths": text.deaths_sentence(study),
            "status": text.cohort_status_sentence(study, verdicts, conditions(study, results)),
            "caveats": list(text.caveats(study)),
            "results": [text.result_sentence(study, row) for _, row in planned.iterrows()],
        }

    def explore(self) -> Record:
        """Analyse in every other way, and return the sentence about each claim's curve, and the methods."""
        study = self.study
        curves = {key: specifications(study, self.results, key) for key in study.protocol.claims}
        return {
            "curves": {
                key: text.specification_sentence(study.protocol.claims[key], curve) for key, curve in curves.items()
            },
            "warnings": study_record(study, conditions(study, self.results))["warnings"],
            "methods": text.methods_paragraph(study, self.results),
        }

    def figures(self) -> list[str]:
        """Return the names of the figures: the animals of each endpoint, and the curve of each claim."""
        protocol = self.study.protocol
        return [f"animals-{key}" for key in protocol.endpoints] + [f"curve-{key}" for key in protocol.claims]

    def draw(self, name: str) -> Record:
        """Draw one figure, and return it as HTML."""
        # Matplotlib is fetched only when a figure is asked for.
        from secretome.browser.drawing import draw_animals, draw_curve
        from secretome.report import figures
        from secretome.report.render import figure_html

        kind, _, key = name.partition("-")
        drawn: tuple[Figure, str] | None
        drawn = (draw_animals if kind == "animals" else draw_curve)(self.study, self.results, self.verdicts, key)
        if drawn is None:
            return {"html": ""}
        figure, alt = drawn
        return {"html": figure_html(figures.to_svg(figure, name), alt, name)}

    def table(self, name: str) -> str:
        """Return `results` or `verdicts` as the text of the CSV file that a rerun writes."""
        table = {"results": self.results, "verdicts": self.verdicts}[name]
        return str(table.to_csv(index=False, lineterminator="\n"))

    def report(self) -> str:
        """Return the report of a rerun as the text of one HTML file."""
        # Imported here because they load Matplotlib and the template's library.
        from secretome.report.html import report_html
        from secretome.report.notebook import run_without_jupyter

        study = self.study
        # Read from the text of the files, as a rerun does, so that equal numbers give equal sentences.
        results, verdicts = (pd.read_csv(io.StringIO(self.table(name))) for name in ("results", "verdicts"))
        found = conditions(study, results)
        checks = examine(study, self.results)
        cohort = study.cohort
        parameters = {
            "cohort": str(cohort.path),
            "cohort_sha256": cohort.sha256,
            "cohort_sheet": cohort.sheet,
            "cohort_names": cohort.names,
            "cohort_decimal": cohort.decimal,
        } | ({"cohort_key": str(cohort.key_path)} if cohort.key_path else {})
        notebook = run_without_jupyter(study.key, parameters)
        altered = text.altered_sentence(study, {}, {})
        return report_html(notebook, study, verdicts, checks, run_record(study), altered, found)
