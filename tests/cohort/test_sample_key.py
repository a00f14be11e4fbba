"""Tables of sample ids, joined to animals and groups by a key in another file or on another sheet."""

from pathlib import Path

import pytest
from making import xlsx
from typer.testing import CliRunner

from secretome import load_study
from secretome.cli import app
from secretome.cohort import Cohort, read_cohort
from secretome.cohort.sample_key import KeyFile
from secretome.cohort.template import workbook
from secretome.protocol import InputError, Problem, Protocol, sha256
from secretome.rerun.provenance import content_key, describe_run

PLATE = [
    ["Sample", "Well", "IL-6 (pg/mL)", "IL-4 (pg/mL)"],
    ["S2", "A1", 118.5, 17],
    ["S1", "A2", 14.5, 25],
    ["S4", "A3", 35.5, 23],
    ["S3", "A4", 61.0, 19],
]
KEY = [
    ["Sample ID", "Rat", "Treatment"],
    ["S1", "rat 1", "sham"],
    ["S2", "rat 2", "control"],
    ["S3", "rat 3", "t1"],
    ["S4", "rat 4", "t2"],
]
JOINED = {"rat 1": ("sham", 14.5), "rat 2": ("control", 118.5), "rat 3": ("t1", 61.0), "rat 4": ("t2", 35.5)}


def lines(rows: list[list[object]]) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


def join(protocol: Protocol, plate: list[list[object]], key: list[list[object]]) -> Cohort:
    return read_cohort(Path("plate.csv"), protocol, lines(plate), key=KeyFile(Path("animals.csv"), lines(key)))


def refused(protocol: Protocol, plate: list[list[object]], key: list[list[object]]) -> list[Problem]:
    with pytest.raises(InputError) as error:
        join(protocol, plate, key)
    return list(error.value.problems)


def by_animal(cohort: Cohort) -> dict[str, tuple[str, float]]:
    rows = cohort.values[cohort.values["endpoint"] == "il6"]
    return {animal: (group, value) for animal, group, value in rows[["animal", "group", "value"]].to_numpy()}


def test_key_file_gives_animal_and_group(sepsis_protocol: Protocol) -> None:
    cohort = join(sepsis_protocol, PLATE, KEY)
    assert by_animal(cohort) == JOINED
    assert (cohort.key_path, cohort.key_sha256) == (Path("animals.csv"), sha256(lines(KEY)))
    assert any("4 rows joined to the key 'animals.csv' by 'Sample' = 'Sample ID'" in note for note in cohort.notes)


def test_key_on_another_sheet_gives_animal_and_group(sepsis_protocol: Protocol) -> None:
    book = xlsx({"Plate 1": PLATE, "Animals": KEY})
    assert by_animal(read_cohort(Path("plate.xlsx"), sepsis_protocol, book)) == JOINED


def test_sample_ids_may_be_the_ids_of_animals(sepsis_protocol: Protocol) -> None:
    key = [["Animal", "Group"], *([row[0], row[2]] for row in KEY[1:])]
    expected = {row[0]: JOINED[row[1]] for row in KEY[1:]}
    assert by_animal(join(sepsis_protocol, PLATE, key)) == expected
    # A column 'ID' contains ids of samples if the key says so.
    assert by_animal(join(sepsis_protocol, [["ID", *PLATE[0][1:]], *PLATE[1:]], KEY)) == JOINED


def test_standards_and_blanks_are_left_out_and_named(sepsis_protocol: Protocol) -> None:
    wells = [["Standard1", "H1", 1000, 500], ["Blank", "H2", "", ""], ["Background0", "H3", 0.1, ""]]
    cohort = join(sepsis_protocol, [*PLATE, *wells], KEY)
    assert by_animal(cohort) == JOINED
    assert any("3 rows of standards and blanks left out: 'Standard1'" in note for note in cohort.notes)


@pytest.mark.parametrize(
    ("plate", "key", "file", "place", "found"),
    [
        ([*PLATE, ["S5", "A5", 1, 2]], KEY, "plate.csv", "cell A6", "'S5'"),
        ([*PLATE, ["", "A5", 1, 2]], KEY, "plate.csv", "cell A6", "no sample id"),
        ([*PLATE, ["S3", "", 1, 2]], KEY, "plate.csv", "cell C6", "a second time"),
        (PLATE[:-1], KEY, "animals.csv", "cell A4", "'S3'"),
        (PLATE, [*KEY, ["S1", "rat 9", "t1"]], "animals.csv", "cell A6", "'S1' again"),
        (PLATE, [*KEY, ["", "rat 9", "t1"]], "animals.csv", "cell A6", "no Sample ID"),
        (PLATE, [*KEY[:-1], ["S4", "rat 4", "t22"]], "animals.csv", "cell C5", "'t22'"),
        (PLATE, [*KEY[:-1], ["S4", "rat 3", "t2"]], "plate.csv", "cell C5", "'rat 3' in t1 and in t2"),
    ],
)
def test_id_that_does_not_match_is_refused_by_cell(
    sepsis_protocol: Protocol,
    plate: list[list[object]],
    key: list[list[object]],
    file: str,
    place: str,
    found: str,
) -> None:
    problems = refused(sepsis_protocol, plate, key)
    matching = [problem for problem in problems if found in problem.found]
    assert matching, problems
    assert (matching[0].file, matching[0].place) == (file, place)


def test_nearest_id_is_named(sepsis_protocol: Protocol) -> None:
    problems = refused(sepsis_protocol, [*PLATE[:-1], ["S03", "A4", 61.0, 19]], KEY)
    assert {(problem.file, problem.place) for problem in problems} == {
        ("plate.csv", "cell A5"),
        ("animals.csv", "cell A4"),
    }
    assert "'S3'" in problems[0].remedy or "'S3'" in problems[1].found


def test_file_without_samples_or_key_is_refused(sepsis_protocol: Protocol) -> None:
    animals = [["animal", "group", "il6", "il4"], ["a", "sham", 1, 2]]
    (problem,) = refused(sepsis_protocol, animals, KEY)
    assert (problem.file, "--key" in problem.remedy) == ("plate.csv", True)
    (problem,) = refused(sepsis_protocol, PLATE, animals)
    assert (problem.file, "measurements" in problem.found) == ("animals.csv", True)
    (problem,) = refused(sepsis_protocol, PLATE, [["a", "b"], ["1", "2"]])
    assert problem.file == "animals.csv"


def test_wells_of_one_sample_are_averaged(sepsis_protocol: Protocol) -> None:
    plate = [["Sample", "replicate", "il6", "il4"]] + [
        [f"S{number}", well, number * factor, 20] for number in range(1, 5) for well, factor in ((1, 10), (2, 40))
    ]
    assert by_animal(join(sepsis_protocol, plate, KEY))["rat 2"] == ("control", 40)


def test_template_and_its_key_in_two_files_are_read(sepsis_protocol: Protocol, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    whole = tmp_path / "whole.xlsx"
    whole.write_bytes(workbook("sepsis_cytokines", n=3, seed=1))
    for sheets, name in ((("samples",), "plate.xlsx"), (("key",), "animals.xlsx")):
        book = load_workbook(whole)
        for title in set(book.sheetnames) - set(sheets):
            del book[title]
        if name == "plate.xlsx":
            for row in range(2, 14):
                book["samples"].cell(row, 2, 10.5 + row)
                book["samples"].cell(row, 3, 20.5 + row)
        book.save(tmp_path / name)
    study = load_study("sepsis_cytokines", tmp_path / "plate.xlsx", key=tmp_path / "animals.xlsx")
    assert study.cohort.values.groupby("group")["animal"].nunique().to_dict() == dict.fromkeys(
        sepsis_protocol.groups, 3
    )
    provenance = describe_run(study, {}, content_key(study, {}))
    assert provenance.cohort_sha256 == sha256((tmp_path / "plate.xlsx").read_bytes())
    assert provenance.cohort_key_sha256 == sha256((tmp_path / "animals.xlsx").read_bytes())
    assert provenance.cohort_key_file == "animals.xlsx"


def test_changed_key_gives_another_content_key(tmp_path: Path) -> None:
    (tmp_path / "plate.csv").write_bytes(lines(PLATE))
    keys = []
    for swap in (False, True):
        rows = KEY if not swap else [*KEY[:3], ["S3", "rat 3", "t2"], ["S4", "rat 4", "t1"]]
        (tmp_path / "animals.csv").write_bytes(lines(rows))
        study = load_study("sepsis_cytokines", tmp_path / "plate.csv", key=tmp_path / "animals.csv")
        keys.append(content_key(study, {}))
        assert by_animal(study.cohort)["rat 3"][0] == ("t2" if swap else "t1")
    assert keys[0] != keys[1]


def test_check_command_joins_the_key(tmp_path: Path) -> None:
    for name, rows in (("plate.csv", PLATE), ("animals.csv", KEY)):
        (tmp_path / name).write_bytes(lines(rows))
    result = CliRunner().invoke(
        app, ["check", "sepsis_cytokines", str(tmp_path / "plate.csv"), "--key", str(tmp_path / "animals.csv")]
    )
    assert result.exit_code == 0, result.output
    assert "joined to the key 'animals.csv'" in " ".join(result.output.split())
