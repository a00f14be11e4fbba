"""Options that say how a cohort file is read reach the run, its report and its provenance."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from making import xlsx

from commands import secretome
from rats import TREG
from secretome.cohort import load_study
from secretome.rerun.engine import RunFailed, run_notebook


@pytest.mark.usefixtures("light")
def test_a_sheet_and_mapped_names_reach_the_run_and_its_provenance(donors: Path, tmp_path: Path) -> None:
    rows = [row.replace("with_cm", "MSC-CM").split(",") for row in donors.read_text(encoding="utf-8").splitlines()]
    typed = [[float(cell) if cell[0].isdigit() else cell for cell in row] for row in rows]
    path = tmp_path / "donors.xlsx"
    path.write_bytes(xlsx({"Plate 1": typed, "Plate 2": typed[:5]}))
    asked = secretome("rerun", TREG, path, "--out", tmp_path / "out")
    assert (asked.exit_code, "--sheet 'Plate 1'" in asked.output) == (2, True)
    unknown = secretome("check", TREG, path, "--sheet", "Plate 1")
    assert (unknown.exit_code, "'Plate 1'!B5" in unknown.output) == (2, True)
    options = ["--sheet", "Plate 1", "--map", "MSC-CM=with_cm"]
    result = secretome("rerun", TREG, path, "--out", tmp_path / "out", *options)
    assert result.exit_code == 0, result.output
    run = tmp_path / "out" / "donors"
    provenance = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
    assert (provenance["cohort_sheet"], provenance["cohort_names"]) == ("Plate 1", {"MSC-CM": "with_cm"})
    assert "MSC-CM" in (run / "report.html").read_text(encoding="utf-8")
    plain = secretome("rerun", TREG, donors, "--out", tmp_path / "plain")
    assert plain.exit_code == 0
    assert (run / "results.csv").read_bytes() == (tmp_path / "plain" / "donors" / "results.csv").read_bytes()
    # Read in another way, it is another run.
    assert (
        "written"
        in secretome("rerun", TREG, path, "--out", tmp_path / "out", "--resume", *options, "--map", "X=without").output
    )
    assert (
        "unchanged"
        in secretome("rerun", TREG, path, "--out", tmp_path / "out", "--resume", *options, "--map", "X=without").output
    )


def plate_and_key(donors: Path, folder: Path) -> tuple[Path, Path]:
    """A cohort as a plate reader writes it, by sample, and the key of its samples."""
    header, *rows = [row.split(",") for row in donors.read_text(encoding="utf-8").splitlines()]
    at = [header.index(name) for name in ("animal", "group")]
    plate, key = folder / "plate.csv", folder / "key.csv"
    values = [[cell for column, cell in enumerate(row) if column not in at] for row in (header, *rows)]
    plate.write_text(
        "\n".join(",".join([f"S{number}" if number else "Sample", *row]) for number, row in enumerate(values)), "utf-8"
    )
    key.write_text(
        "\n".join(["Sample ID,Donor,Group", *(f"S{n},{row[at[0]]},{row[at[1]]}" for n, row in enumerate(rows, 1))]),
        "utf-8",
    )
    return plate, key


@pytest.mark.usefixtures("light")
def test_a_key_that_changes_during_the_run_fails_it(donors: Path, tmp_path: Path) -> None:
    plate, key = plate_and_key(donors, tmp_path)
    study = load_study(TREG, cohort=plate, key=key)
    text = key.read_text(encoding="utf-8")
    key.write_text(text.replace("without", "?").replace("with_cm", "without").replace("?", "with_cm"), "utf-8")
    with pytest.raises(RunFailed, match=r"key\.csv"):
        run_notebook(tmp_path, study, {})
    assert not (tmp_path / "provenance.json").exists()


@pytest.mark.usefixtures("light")
def test_a_key_reaches_the_run_and_its_provenance(donors: Path, tmp_path: Path) -> None:
    plate, key = plate_and_key(donors, tmp_path)
    assert secretome("rerun", TREG, plate, "--out", tmp_path / "out").exit_code == 2
    result = secretome("rerun", TREG, plate, "--key", key, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    run = tmp_path / "out" / "plate"
    provenance = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (plate, key)]
    assert [provenance["cohort_sha256"], provenance["cohort_key_sha256"]] == hashes
    assert provenance["cohort_key_file"] == "key.csv"
    assert "key.csv" in (run / "report.html").read_text(encoding="utf-8")
    assert secretome("rerun", TREG, donors, "--out", tmp_path / "out").exit_code == 0
    same = [(tmp_path / "out" / name / "results.csv").read_text(encoding="utf-8") for name in ("donors", "plate")]
    assert same[0] == same[1].replace("plate", "donors")


@pytest.mark.usefixtures("light")
def test_a_stated_decimal_mark_reaches_the_run_and_its_provenance(donors: Path, tmp_path: Path) -> None:
    # Tab-separated, with three decimals in every number: a point could separate thousands.
    text = "\n".join(
        re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]) + 1:.3f}", row)
        for row in donors.read_text("utf-8").splitlines()
    )
    plain = tmp_path / "plain.csv"
    plain.write_text(text, encoding="utf-8")
    donors.write_text(text.replace(",", "\t"), encoding="utf-8")
    asked = secretome("rerun", TREG, donors, "--out", tmp_path / "out")
    assert (asked.exit_code, "--decimal point" in asked.output, (tmp_path / "out").exists()) == (2, True, False)
    assert secretome("rerun", TREG, donors, "--decimal", "dot").exit_code == 2
    assert secretome("check", TREG, donors, "--decimal", ".").exit_code == 0
    options = ["--out", tmp_path / "out", "--decimal", "."]
    assert secretome("rerun", TREG, donors, *options).exit_code == 0
    run = tmp_path / "out" / "donors"
    assert json.loads((run / "provenance.json").read_text(encoding="utf-8"))["cohort_decimal"] == "point"
    assert 'cohort_decimal = "point"' in (run / "notebook.ipynb").read_text(encoding="utf-8").replace("\\", "")
    assert secretome("rerun", TREG, plain, "--out", tmp_path / "out").exit_code == 0
    same = [(tmp_path / "out" / name / "results.csv").read_text(encoding="utf-8") for name in ("donors", "plain")]
    assert same[0] == same[1].replace("plain", "donors")
    assert "unchanged" in secretome("rerun", TREG, donors, *options, "--resume").output


@pytest.mark.usefixtures("light")
def test_a_mapped_column_reaches_the_run_and_its_provenance(donors: Path, tmp_path: Path) -> None:
    lines = donors.read_text(encoding="utf-8").splitlines()
    donors.write_text("\n".join([lines[0].replace("animal", "Blood bag"), *lines[1:]]), encoding="utf-8")
    refused = secretome("rerun", TREG, donors, "--out", tmp_path / "out")
    assert (refused.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert "'Blood bag'" in refused.output
    result = secretome("rerun", TREG, donors, "--out", tmp_path / "out", "--map", "Blood bag=animal")
    assert result.exit_code == 0, result.output
    provenance = json.loads((tmp_path / "out" / "donors" / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["cohort_names"] == {"Blood bag": "animal"}
