"""The studies without the packages that a browser does not have: verdicts, curves, figures, tables and report."""

import copy
import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from lesson_pages import ABSENT_NOTE, as_page
from rats import TREG
from secretome import adjudicate, analyse, load_study
from secretome.audit import load_table
from secretome.course.check_answer import lessons_folder
from secretome.course.lessons import is_solution, lesson_names, read_lesson
from secretome.protocol import load_protocol, study_folder, study_names, write_json
from studies import studies

pytestmark = pytest.mark.process
ABSENT = (
    *("IPython", "filelock", "ipykernel", "jsonschema", "jupyter_core", "jupytext", "myst_nb", "nbformat", "papermill"),
    *("patsy", "pydantic", "pydantic_core", "python_calamine", "statsmodels", "traitlets", "typer", "xlrd", "yaml"),
)
# Prints JSON. The studies are in a folder of their own, because their protocols need a JSON file beside them.
CODE = """
import sys
for name in {absent}:
    sys.modules[name] = None
import json
from pathlib import Path
from secretome.protocol import loading
loading.notebooks_folder = lambda: Path({folder!r})
import secretome.protocol
secretome.protocol.notebooks_folder = loading.notebooks_folder
from secretome import adjudicate, analyse, load_study
from secretome.claims import AS_CLAIMED, conditions, examine, specifications
from secretome.report import figures, text
from secretome.report.html import report_html
from secretome.report.notebook import run_without_jupyter

study = load_study({name!r}, cohort={cohort!r})
results = analyse(study)
verdicts = adjudicate(study, results)
curves = {{key: specifications(study, results, key) for key in study.protocol.claims}}
drawn = {{
    key: figures.to_svg(figures.specification_figure(study, curve[curve["question"] == AS_CLAIMED], 0.05), key)
    for key, curve in curves.items()
}}
notebook = run_without_jupyter({name!r}, {{"cohort": {cohort!r}}})
found = conditions(study, results)
report = report_html(notebook, study, verdicts, examine(study, results), {{"cohort_file": "rats"}}, found=found)
written = {{
    "results": results.to_csv(index=False, lineterminator="\\n"),
    "verdicts": verdicts.to_csv(index=False, lineterminator="\\n"),
    "curves": {{key: curve.to_csv(index=False, lineterminator="\\n") for key, curve in curves.items()}},
    "figures": drawn,
    "report": report,
}}
print(json.dumps(written))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The studies as a browser has them, each protocol with its JSON."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name in study_names():
        (folder / name).mkdir()
        for path in study_folder(name).iterdir():
            (folder / name / path.name).symlink_to(path)
        path = study_folder(name) / "protocol.yml"
        write_json(path, load_protocol(path), folder / name / "protocol.json")
    (folder / "methods").symlink_to(lessons_folder())
    reported = folder / "published_cohorts" / "reported"
    shutil.copytree(study_folder(name).parent / "published_cohorts" / "reported", reported)
    for path in reported.glob("*.yml"):
        write_json(path, load_table(path))
    return folder


@pytest.mark.parametrize("name", studies(quick=[TREG]))
def test_a_study_runs_without_the_packages_that_a_browser_lacks(name: str, folder: Path) -> None:
    cohort = next((study_folder(name) / "cohorts").iterdir())
    code = CODE.format(absent=ABSENT, folder=str(folder), name=name, cohort=str(cohort))
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    written = json.loads(shown.stdout)
    study = load_study(name, cohort=cohort)
    results = analyse(study)
    assert written["results"] == results.to_csv(index=False, lineterminator="\n")
    verdicts = adjudicate(study, results)
    assert written["verdicts"] == verdicts.to_csv(index=False, lineterminator="\n")
    assert written["curves"].keys() == written["figures"].keys() == study.protocol.claims.keys()
    assert all(svg.startswith("<svg") for svg in written["figures"].values())
    shown_text = html.unescape(written["report"])
    assert all(study.protocol.claims[row["claim"]].sentence in shown_text for _, row in verdicts.iterrows())
    assert written["report"].count('<figure class="drawing"') >= len(study.protocol.endpoints)


EXERCISES = """
import json
import sys
for name in {absent}:
    sys.modules[name] = None
from pathlib import Path
from secretome.protocol import loading
loading.notebooks_folder = lambda: Path({folder!r})
from secretome.course.live import run_exercise

ran = {{question: run_exercise(question, solution) for question, solution in {solutions}.items()}}
print(json.dumps({{question: each["error"] for question, each in ran.items() if not each["right"]}}))
"""


def exercises_with_note(name: str) -> list[str]:
    """The exercises whose form says that the solution needs a package that a browser does not have."""
    page = as_page(new_notebook(cells=[copy.deepcopy(cell) for cell in read_lesson(name).cells]))
    forms = [cell.source for cell in page.cells if ABSENT_NOTE in cell.source]
    return [match[1] for form in forms for match in re.finditer('data-exercise="([^"]+)"', form)]


@pytest.mark.slow
def test_exercises_run_without_the_packages_that_a_browser_lacks(folder: Path) -> None:
    solutions = {
        cell.metadata["exercise"]: cell.source
        for name in lesson_names()
        for cell in read_lesson(name).cells
        if is_solution(cell)
    }
    assert len(solutions) >= len(lesson_names())
    code = EXERCISES.format(absent=ABSENT, folder=str(folder), solutions=solutions)
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    failed = json.loads(shown.stdout)
    assert all(error.startswith("ModuleNotFoundError") for error in failed.values())
    assert list(failed) == [question for name in lesson_names() for question in exercises_with_note(name)]
