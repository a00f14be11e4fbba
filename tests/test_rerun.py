"""Reruns by the command: complete folders or none, reproducible, and refused with exit codes and messages."""

import json
import re
from pathlib import Path

import jupytext
import nbformat
import pandas as pd
import papermill
import pytest
from bs4 import BeautifulSoup
from typer.testing import Result

from approved import check_approved
from commands import assert_refused, secretome
from secretome.cohort import reading, study
from secretome.protocol import InputError, study_folder
from secretome.report.html import report_html
from secretome.rerun.parameters import check_parameters

TREG = "treg_conditioned_medium"
FILES = {
    "report.html",
    "tables.xlsx",
    "notebook.ipynb",
    "results.csv",
    "verdicts.csv",
    "checks.csv",
    "figures",
    "provenance.json",
}


def test_a_finished_folder_has_all_files(finished: Path) -> None:
    run = finished / "out" / "my-donors"
    assert {path.name for path in run.iterdir()} == FILES
    assert {path.suffix for path in (run / "figures").iterdir()} == {".svg", ".pdf", ".png"}
    assert [path.name for path in (finished / "out").iterdir()] == ["my-donors"]
    verdicts = pd.read_csv(run / "verdicts.csv")
    assert set(verdicts["origin"]) == {"measured"}
    assert not verdicts["source_data"].any()
    assert set(pd.read_csv(run / "results.csv")["n_treated"]) == {9}


def shown(result: Result, folder: Path) -> list[str]:
    """The lines of a command's output, without the folder of the test and the lines of tables."""
    text = (result.stdout + result.stderr).replace(f"{folder}/", "")
    lines = [line for line in text.splitlines() if re.match(r"\s*[\w'-]", line)]
    return [f"exit code {result.exit_code}", *lines]


@pytest.mark.usefixtures("light")
def test_summaries_of_commands_match_the_approved_text(donors: Path, tmp_path: Path) -> None:
    """Outputs of a run, and refusals of files and folders; none of these commands writes more than the runs."""
    own = donors.read_text(encoding="utf-8")
    files = {
        "twice.csv": own,
        "misspelt.csv": own.replace("with_cm", "wiht_cm"),
        "unnamed.csv": own.replace("animal", "Blood bag"),
        "bad.csv": "animal,group\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "DONORS.csv").write_text(own, encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "thesis" / "donors").mkdir(parents=True)
    (tmp_path / "thesis" / "donors" / "thesis.txt").write_text("years of work", encoding="utf-8")
    out = tmp_path / "out"
    commands = {
        "check": ("check", TREG, donors),
        "run": ("rerun", TREG, donors, "--out", out),
        "existing folder": ("rerun", TREG, donors, "--out", out),
        "resumed": ("rerun", TREG, donors, "--out", out, "--resume"),
        "file without a column and names that differ by case": (
            *("rerun", TREG, tmp_path / "twice.csv", tmp_path / "bad.csv", donors, tmp_path / "DONORS.csv"),
            *("--out", tmp_path / "several", "--jobs", "1"),
        ),
        "misspelt group": ("rerun", TREG, tmp_path / "misspelt.csv", "--out", tmp_path / "none"),
        "unnamed column": ("rerun", TREG, tmp_path / "unnamed.csv", "--out", tmp_path / "none"),
        "unknown study": ("rerun", "treg", donors, "--out", tmp_path / "none"),
        "check of an unknown study": ("check", "treg", donors),
        "file in place of the folder": ("rerun", TREG, donors, "--out", tmp_path / "file"),
        "folder that is no rerun": ("rerun", TREG, donors, "--out", tmp_path / "thesis", "--force"),
    }
    check_approved(
        "command_summaries", {case: shown(secretome(*command), tmp_path) for case, command in commands.items()}
    )
    assert not (tmp_path / "none").exists()


def test_provenance_records_parameters_hashes_and_versions(finished: Path) -> None:
    provenance = json.loads((finished / "out" / "my-donors" / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["parameters"] == {"alpha": 0.05, "level": 0.95, "seed": 1}
    assert len(provenance["cohort_sha256"]) == len(provenance["protocol_sha256"]) == 64
    assert provenance["versions"]["scipy"]
    assert provenance["source_data"] is False


def test_the_report_loads_no_other_file(finished: Path) -> None:
    report = (finished / "out" / "my-donors" / "report.html").read_text(encoding="utf-8")
    assert report.count('<svg role="img" aria-label="Two aligned panels') == 2
    assert report.count("<script") == report.count("<script>") == 3  # to copy, to sort, to take away: within the file
    for leak in (
        'src="',
        "@import",
        "<link",
        "problematic",
        "system-message",
        "{glue",
        "{term",
        str(finished),
        "Warning",
    ):
        assert leak not in report, leak
    verdicts = BeautifulSoup(report, "html.parser").select_one("header .verdicts")
    assert verdicts is not None
    assert verdicts.get_text().count("Supported") == 2


# The test that compares both engines of `rerun` compares two runs of one file too.
@pytest.mark.slow
def test_two_reruns_of_one_file_give_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    result = secretome("rerun", TREG, finished / "my donors.csv", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    names = [
        "results.csv",
        "verdicts.csv",
        "checks.csv",
        "tables.xlsx",
        "figures/pairs-cd25-positive.svg",
        "figures/pairs-cd25-negative.pdf",
    ]
    for name in names:
        assert (tmp_path / "my-donors" / name).read_bytes() == (finished / "out" / "my-donors" / name).read_bytes(), (
            name
        )


@pytest.mark.usefixtures("light")
def test_a_rerun_parses_its_cohort_once(donors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan, the run, the notebook and the output of the command use the same parsed cohort."""
    parsed = tmp_path / "parsed.txt"

    def parse_and_count(path: Path, *arguments: object, **options: object) -> object:
        with parsed.open("a", encoding="utf-8") as file:  # The notebook runs in another process.
            file.write(f"{path.name}\n")
        return reading.read_cohort(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(study, "read_cohort", parse_and_count)
    result = secretome("rerun", TREG, donors, "--out", tmp_path / "out", "-p", "alpha=0.01")
    assert result.exit_code == 0, result.output
    assert parsed.read_text(encoding="utf-8").split().count("donors.csv") == 1
    # Another content of the same file is parsed.
    donors.write_text(donors.read_text(encoding="utf-8").replace("3.45", "3.46"), encoding="utf-8")
    assert study.load_study(TREG, cohort=donors).cohort.values["value"].eq(3.46).any()
    assert parsed.read_text(encoding="utf-8").split().count("donors.csv") == 2


def test_a_loaded_study_is_independent_of_one_loaded_before(donors: Path) -> None:
    first = study.load_study(TREG, cohort=donors)
    first.cohort.values.loc[:, "value"] = 0.0
    first.cohort.names["A"] = "B"
    second = study.load_study(TREG, cohort=donors)
    assert second.cohort.values["value"].gt(0).all()
    assert second.cohort.names == {}
    assert study.load_study(TREG, cohort=donors, names={"A": "with_cm"}).cohort.names == {"A": "with_cm"}


@pytest.mark.usefixtures("light")
def test_a_link_to_a_cohort_file_has_its_own_name_in_all_files(donors: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked.csv"
    link.symlink_to(donors)
    assert secretome("rerun", TREG, link, "--out", tmp_path / "out").exit_code == 0
    assert set(pd.read_csv(tmp_path / "out" / "linked" / "verdicts.csv")["cohort"]) == {"linked"}


@pytest.mark.usefixtures("light")
def test_an_existing_folder_is_refused_kept_or_replaced(donors: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert secretome("rerun", TREG, donors, "--out", out).exit_code == 0
    report = out / "donors" / "report.html"
    made = report.stat().st_mtime_ns
    refused = secretome("rerun", TREG, donors, "--out", out)
    assert refused.exit_code == 2
    assert "--resume" in refused.output
    assert "--force" in refused.output
    assert secretome("rerun", TREG, donors, "--out", out, "--resume").exit_code == 0
    assert report.stat().st_mtime_ns == made
    # Resumed with other content, the run is made anew.
    assert secretome("rerun", TREG, donors, "--out", out, "--resume", "-p", "alpha=0.01").exit_code == 0
    assert report.stat().st_mtime_ns > made
    assert pd.read_csv(out / "donors" / "verdicts.csv")["protocol_altered"].all()
    assert [path.name for path in out.iterdir()] == ["donors"]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["-p", "alhpa=0.1"], "-p"),
        (["-p", "alpha"], "-p"),
        (["-p", "alpha=0.1", "-p", "alpha=0.2"], "-p"),
        (["--map", "Medium"], "--map"),
        (["--map", "Medium=medum"], "--map"),
        (["--sheet", "Data"], "'Data'"),
        (["--decimal", "dot"], "--decimal"),
        (["--resume", "--force"], "--resume"),
        (["--shard", "1/2", "--scheduler", "tcp://127.0.0.1:9"], "--shard"),
    ],
)
def test_wrong_options_are_refused_once_and_nothing_is_written(
    donors: Path, tmp_path: Path, arguments: list[str], option: str
) -> None:
    result = secretome("rerun", TREG, donors, "--out", tmp_path / "out", *arguments)
    assert_refused(result)
    assert option in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"alhpa": "0.1"}, "the parameter 'alhpa'"),
        ({"cohort": "other.csv"}, "the parameter 'cohort'"),
        ({"x": "1;import os"}, "the parameter 'x'"),
        ({"alpha": "small"}, "'small'"),
        ({"alpha": "7"}, "'7'"),
        ({"seed": "1.5"}, "'1.5'"),
        ({"seed": "-1"}, "'-1'"),
    ],
)
def test_wrong_parameters_are_refused(typed: dict[str, str], found: str) -> None:
    with pytest.raises(InputError) as error:
        check_parameters(TREG, typed)
    assert [(problem.file, problem.place, problem.found) for problem in error.value.problems] == [("-p", *typed, found)]


def test_a_misspelt_parameter_gets_the_nearest_name() -> None:
    with pytest.raises(InputError) as error:
        check_parameters(TREG, {"sede": "1"})
    assert "'seed'" in error.value.problems[0].remedy


def test_a_notebook_may_have_more_parameters_that_are_numbers(tmp_path: Path) -> None:
    own = study_folder(TREG)
    notebook = (
        (own / "analysis.py").read_text().replace("alpha: float", 'draws: int = 10\nword: str = "a"\nalpha: float')
    )
    (tmp_path / "analysis.py").write_text(notebook)
    (tmp_path / "protocol.yml").write_bytes((own / "protocol.yml").read_bytes())
    assert check_parameters(tmp_path, {"draws": "500"}) == {"draws": 500}
    for typed in ({"draws": "1.5"}, {"draws": "many"}, {"word": "b"}):
        with pytest.raises(InputError):
            check_parameters(tmp_path, typed)


def test_a_bad_cohort_is_refused_once_and_nothing_is_written(donors: Path, tmp_path: Path) -> None:
    donors.write_text(donors.read_text(encoding="utf-8").replace("with_cm", "wiht_cm"), encoding="utf-8")
    result = secretome("rerun", TREG, donors, "--out", tmp_path / "out")
    assert_refused(result)
    assert [line.count("B13") for line in result.stderr.splitlines()] == [1]
    assert not (tmp_path / "out").exists()


def test_an_unknown_study_is_refused(donors: Path) -> None:
    for command in ("rerun", "check"):
        assert_refused(secretome(command, "treg", donors))


@pytest.mark.usefixtures("light")
def test_a_batch_runs_the_files_without_problems(donors: Path, tmp_path: Path) -> None:
    bad, duplicate = tmp_path / "bad.csv", tmp_path / "DONORS.csv"
    bad.write_text("animal,group\n", encoding="utf-8")
    duplicate.write_bytes(donors.read_bytes())
    result = secretome("rerun", TREG, donors, bad, duplicate, "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert "bad.csv: found" in result.output.replace(", row 1", "")
    assert "again" in result.output  # ids that differ in capitals alone
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"donors", "summary.csv"}
    assert len(pd.read_csv(tmp_path / "out" / "summary.csv")) == 2


def test_a_folder_that_is_no_rerun_is_not_replaced(donors: Path, tmp_path: Path) -> None:
    """A folder that is no rerun stays, whatever is asked; so does the folder that holds the cohort itself."""
    for option in ("--force", "--resume"):
        folder = tmp_path / option / "donors"
        folder.mkdir(parents=True)
        (folder / "thesis.txt").write_text("years of work", encoding="utf-8")
        result = secretome("rerun", TREG, donors, "--out", folder.parent, option)
        assert_refused(result)
        assert (folder / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_an_out_that_is_a_file_is_refused(donors: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert_refused(secretome("rerun", TREG, donors, "--out", tmp_path / "file"))


@pytest.mark.parametrize("lines", [slice(0, 3), pytest.param(slice(0, 5), marks=pytest.mark.slow)])
def test_cohorts_that_can_decide_nothing_still_get_a_report(donors: Path, tmp_path: Path, lines: slice) -> None:
    """One pair, two pairs; and an endpoint that is absent altogether."""
    rows = [line.rpartition(",")[0] for line in donors.read_text(encoding="utf-8").splitlines()]
    donors.write_text("\n".join(rows[lines]), encoding="utf-8")
    result = secretome("rerun", TREG, donors, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert set(pd.read_csv(tmp_path / "out" / "donors" / "verdicts.csv")["verdict"]) == {"untestable"}


@pytest.mark.usefixtures("light")
def test_a_report_of_a_simulated_cohort_has_a_banner(donors: Path, tmp_path: Path) -> None:
    rows = donors.read_text(encoding="utf-8").splitlines()
    donors.write_text("\n".join([rows[0] + ",origin", *(row + ",simulated" for row in rows[1:])]), encoding="utf-8")
    result = secretome("rerun", TREG, donors, "--out", tmp_path / "out")
    assert "simulated" in result.output
    report = BeautifulSoup((tmp_path / "out" / "donors" / "report.html").read_bytes(), "html.parser")
    assert report.select_one("header .simulated") is not None


def test_a_notebook_that_fails_leaves_no_files(donors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secretome.rerun.parameters._notebook_source", lambda _: BROKEN)
    result = secretome("rerun", TREG, donors, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.output
    assert list((tmp_path / "out").iterdir()) == []


BROKEN = """# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% tags=["parameters"]
cohort: str = ""
cohort_sha256: str = ""
out: str = ""
# %%
1 / 0
"""


def test_a_report_with_an_unknown_key_is_not_written(finished: Path) -> None:
    """A report with an error box in it must not be written."""
    notebook = nbformat.read(finished / "out" / "my-donors" / "notebook.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("{glue:text}`no_such_key`"))
    from secretome import load_study

    study = load_study(TREG, cohort=finished / "my donors.csv")
    with pytest.raises(Exception, match="no_such_key"):
        report_html(
            notebook,
            study,
            *(pd.read_csv(finished / "out" / "my-donors" / f"{name}.csv") for name in ("verdicts", "checks")),
            {},
        )


# A kernel runs the same notebook in the test that compares both engines of `rerun`, which is quicker.
@pytest.mark.slow
def test_plain_papermill_works_from_any_folder(donors: Path, tmp_path: Path) -> None:
    notebook = tmp_path / "analysis.ipynb"
    jupytext.write(jupytext.read(study_folder(TREG) / "analysis.py"), notebook)
    papermill.execute_notebook(
        str(notebook),
        str(tmp_path / "out.ipynb"),
        {"cohort": str(donors), "out": str(tmp_path / "out")},
        cwd=str(tmp_path),
        progress_bar=False,
    )
    by_command = secretome("rerun", TREG, donors, "--out", tmp_path / "command")
    assert by_command.exit_code == 0
    assert (tmp_path / "out" / "results.csv").read_bytes() == (
        tmp_path / "command" / "donors" / "results.csv"
    ).read_bytes()
