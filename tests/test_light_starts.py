"""The packages that a command loads, which are counted because times depend on the machine."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process
# Typer itself loads pydantic where it is installed.
HEAVY = {
    "numpy",
    "scipy",
    "pandas",
    "statsmodels",
    "matplotlib",
    "yaml",
    "openpyxl",
    "IPython",
    "papermill",
    "nbformat",
}
LIST_MODULES = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"


def packages_after(statement: str) -> set[str]:
    """The packages that are loaded in a new Python once a statement has been run."""
    code = f"{statement}\n{LIST_MODULES}"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(shown.stdout.splitlines()[-1].split())


LIGHT_COMMANDS = [
    ["--help"],
    ["--version"],
    ["rerun", "--help"],
    ["classroom", "make", "--help"],
    ["no-such-command"],
    ["rerun"],
    ["classroom"],
    ["audit"],
    ["check", "no_such_study", "file.csv"],
    ["rerun", "no_such_study", "file.csv"],
]
RUN_LIGHT_COMMANDS = f"""
import sys
from secretome.cli import app
for arguments in {LIGHT_COMMANDS!r}:
    try:
        app(arguments)
    except SystemExit:
        pass
    assert not {HEAVY!r} & set(sys.modules), arguments
"""


def test_help_and_usage_errors_load_no_heavy_package() -> None:
    """One process runs them in turn: what the first has not loaded, the next may still load."""
    assert not packages_after(RUN_LIGHT_COMMANDS) & HEAVY


def test_the_statistics_load_no_package_that_reads_files() -> None:
    loaded = packages_after("from secretome import stats\nstats.mann_whitney([1, 2], [3, 4])")
    assert not loaded & {"openpyxl", "xlrd", "python_calamine", "pydantic", "yaml", "matplotlib", "IPython"}


def test_a_browser_starts_without_what_a_text_file_does_not_need() -> None:
    loaded = packages_after(
        "from secretome import load_study, analyse, adjudicate\nimport secretome.claims, secretome.report.text"
    )
    assert {"pandas", "scipy"} <= loaded
    assert not loaded & {
        "openpyxl",
        "xlrd",
        "python_calamine",
        "statsmodels",
        "pydantic",
        "yaml",
        "matplotlib",
        "IPython",
    }


def test_names_that_are_loaded_on_first_use_are_all_there() -> None:
    import secretome
    from secretome import protocol

    for package in (secretome, protocol):
        for name in package.__all__:
            assert getattr(package, name) is not None
            assert name in dir(package)
        with pytest.raises(AttributeError, match="no_such_name"):
            package.no_such_name  # noqa: B018


def test_a_template_is_made_without_scipy() -> None:
    loaded = packages_after("from secretome.cohort.template import workbook\nworkbook('sepsis_cytokines')")
    assert not loaded & {"scipy", "statsmodels", "matplotlib", "IPython"}


CHECK = """
import contextlib, io
from secretome.cli import app
for study in ("sepsis_cytokines", "humoral_immunity", "micronuclei", "tooth_growth", "treg_conditioned_medium"):
    file, = study_folder(study).glob("cohorts/*.csv")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        app(["check", study, str(file)])
import sys
print(*{".".join(name.split(".")[:2]) for name in sys.modules})
"""


def test_a_cohort_file_is_checked_without_the_distributions_of_scipy() -> None:
    code = f"from secretome.protocol import study_folder\n{CHECK}"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.splitlines()[-1].split())
    assert "secretome.claims" in loaded
    assert not loaded & {"scipy.stats", "scipy.optimize", "statsmodels", "matplotlib", "IPython"}
