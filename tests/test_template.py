"""The sheet for the laboratory: randomized, coded, and read back as it was filled in."""

import io
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from secretome.cli import app
from secretome.cohort import read_cohort
from secretome.cohort.template import randomize_samples, workbook
from secretome.protocol import InputError, load_protocol, study_folder, study_names


def filled(content: bytes, values: dict[str, float]) -> bytes:
    """The template with a value per endpoint in every row, one per cent larger in each row to identify the rows."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["samples"]
    header = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for name, value in values.items():
            sheet.cell(row, header[name], value * 1.01**row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", study_names())
def test_a_filled_template_is_read_back_whole(name: str) -> None:
    protocol = load_protocol(study_folder(name) / "protocol.yml").simulated
    content = workbook(name, n=5, seed=3)
    headers = {f"{endpoint.label} ({endpoint.unit})": 20.0 for endpoint in protocol.endpoints.values()}
    cohort = read_cohort(Path("filled.xlsx"), protocol, filled(content, headers))
    assert len(cohort.values) == 5 * len(protocol.groups) * len(protocol.endpoints)
    assert cohort.units_stated == set(protocol.endpoints)
    key = openpyxl.load_workbook(io.BytesIO(content))["key"]
    meaning = {row[0]: row[1:3] for row in key.iter_rows(min_row=2, values_only=True)}
    codes = [
        row[0] for row in openpyxl.load_workbook(io.BytesIO(content))["samples"].iter_rows(min_row=2, values_only=True)
    ]
    first = cohort.values[cohort.values["endpoint"] == next(iter(protocol.endpoints))]
    assert list(zip(first["animal"], first["group"], strict=True)) == [meaning[code] for code in codes]
    assert np.allclose(first["value"], [20 * 1.01**row for row in range(2, len(codes) + 2)])


def test_those_who_measure_see_no_group_and_the_key_offers_all() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook("humoral_immunity", n=2, seed=1)))
    assert book.sheetnames == ["samples", "key", "instructions"]
    protocol = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    names = {*protocol.groups, *(group.label for group in protocol.groups.values())}
    assert not names & {cell for row in book["samples"].iter_rows(values_only=True) for cell in row}
    (rule,) = book["key"].data_validations.dataValidation
    assert (rule.type, rule.formula1, str(rule.sqref)) == ("list", "$E$2:$E$9", "C2:C17")
    assert [book["key"].cell(row, 5).value for row in range(2, 10)] == list(protocol.groups)
    assert any("seed 1" in str(row[0]) for row in book["instructions"].iter_rows(values_only=True))


def test_a_seed_deals_the_same_and_every_deal_is_as_likely() -> None:
    protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    assert randomize_samples(protocol, 3, np.random.default_rng(7)) == randomize_samples(
        protocol, 3, np.random.default_rng(7)
    )
    rng = np.random.default_rng(1)
    counts = dict.fromkeys(protocol.groups, 0)
    for _ in range(4000):
        assigned = randomize_samples(protocol, 1, rng)
        assert sorted(sample.group for sample in assigned) == sorted(protocol.groups)
        counts[next(sample.group for sample in assigned if sample.animal == "rat 1")] += 1
    # Each group falls to the first rat in a quarter of the deals: a standard deviation is sqrt(4000 * 3 / 16) = 27.4.
    assert all(abs(count - 1000) < 4 * 27.4 for count in counts.values())


def test_an_empty_template_is_refused_kindly() -> None:
    protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    with pytest.raises(InputError, match="24 cells"):
        read_cohort(Path("empty.xlsx"), protocol, workbook("sepsis_cytokines", n=3, seed=1))


def test_the_command_writes_once_and_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "rats.xlsx"
    run = CliRunner()
    arguments = ["template", "sepsis_cytokines", "-n", "4", "--seed", "3", "--out", str(path)]
    assert run.invoke(app, arguments).exit_code == 0
    written = path.read_bytes()
    again = run.invoke(app, arguments)
    assert (again.exit_code, path.read_bytes()) == (2, written)
    assert "--out" in again.stderr
    for wrong, start in (
        (["--out", str(tmp_path / "a.csv")], "--out: "),
        (["-n", "0", "--out", str(tmp_path / "b.xlsx")], "n must be"),
        (["--seed", "-1", "--out", str(tmp_path / "c.xlsx")], "seed must be"),
        (["--out", str(tmp_path / "no" / "d.xlsx")], "--out: "),
    ):
        result = run.invoke(app, ["template", "sepsis_cytokines", *wrong])
        assert result.exit_code == 2, result.output
        assert result.stderr.startswith(start)
    assert [file.name for file in tmp_path.iterdir()] == ["rats.xlsx"]
