"""The notebook of a study without Jupyter: the cells are jupytext's, and the report is that of a rerun."""

from pathlib import Path

import jupytext
import nbformat
import pytest

from commands import secretome
from secretome import adjudicate, analyse, load_study
from secretome.protocol import study_folder, study_names
from secretome.report.markdown import notebook_html
from secretome.report.notebook import read_cells, run_without_jupyter

TREG = "treg_conditioned_medium"


@pytest.mark.parametrize("name", study_names())
def test_cells_are_those_of_jupytext(name: str) -> None:
    path = study_folder(name) / "analysis.py"
    expected = [
        (cell.cell_type, cell.metadata.get("tags", []), cell.source)
        for cell in jupytext.read(path, fmt="py:percent").cells
    ]
    cells = read_cells(path.read_text(encoding="utf-8"))
    assert [(cell["cell_type"], cell["metadata"]["tags"], cell["source"]) for cell in cells] == expected


def test_the_report_is_that_of_a_rerun(donors: Path, tmp_path: Path) -> None:
    assert secretome("rerun", TREG, donors, "--out", tmp_path / "out").exit_code == 0
    rerun = nbformat.read(tmp_path / "out" / "donors" / "notebook.ipynb", as_version=4)
    assert notebook_html(run_without_jupyter(TREG, {"cohort": str(donors)}), {}) == notebook_html(rerun, {})


def test_parameters_replace_those_of_the_notebook(donors: Path, tmp_path: Path) -> None:
    run_without_jupyter(TREG, {"cohort": str(donors), "alpha": 0.01, "out": str(tmp_path)})
    study = load_study(TREG, donors)
    expected = adjudicate(study, analyse(study, alpha=0.01), alpha=0.01)
    assert (tmp_path / "verdicts.csv").read_text(encoding="utf-8") == expected.to_csv(index=False, lineterminator="\n")
