"""A hint is offered only where following it helps: each option of a message is used, and its problem is then solved."""

import re
import shlex
from pathlib import Path

import pytest
from making import Rows, xlsx
from test_several_tables import GROUPS, IDS, NOT_JOINED

from secretome.cohort import read_cohort
from secretome.cohort.sample_key import KeyFile
from secretome.protocol import InputError, Problem, Protocol

FOLDER = Path(__file__).parent / "misread"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".xlsx"))
RATS = [[f"r{at}", GROUPS[at % 4], 20.5 + at, 18.5 + at] for at in range(12)]
UNKNOWN = {"sham": "placebo", "control": "CLP", "t1": "low", "t2": "high"}
TABLES: dict[str, Rows] = {
    "other names of columns": [["Tier", "Gruppe", "IL-6", "IL-4"], *RATS],
    "other names of groups": [["rat", "group", "IL-6", "IL-4"], *([row[0], UNKNOWN[row[1]], *row[2:]] for row in RATS)],
    "other names of endpoints": [["rat", "group", "Interleukin-6", "Interleukin 4"], *RATS],
    "bead regions": [["rat", "group", "IL-6 (19)", "IL-4 (52)"], *RATS],
    "other numbers": [["rat", "group", "IL-6", "X"], *RATS],
    "replicates": [["replicate", "group", "IL-6", "IL-4"], *([at // 4 + 1, *row[1:]] for at, row in enumerate(RATS))],
    "title of groups": [["Serum"], GROUPS, *([20.5 + at] * 4 for at in range(3))],
    "numbered header": [["rat", "group", "IL-6...3", "IL-4"], *RATS],
    "sample ids": [["sample", "group", "IL-6", "IL-4"], *RATS],
    "a limit under another name": [["rat", "group", "IL-6", "LOD"], *([*row[:3], 21.5] for row in RATS)],
}
CASES = {
    **{name: xlsx({"S": table}) for name, table in TABLES.items()},
    **{name: xlsx(sheets) for name, (sheets, *_) in NOT_JOINED.items()},
    "sheets of groups with other names": xlsx({f"{name} dose": table for name, table in zip(GROUPS, IDS, strict=True)}),
}


def problems(protocol: Protocol, name: str, content: bytes, **options: object) -> tuple[Problem, ...]:
    try:
        read_cohort(Path(name), protocol, content, **options)  # type: ignore[arg-type]
    except InputError as error:
        return error.problems
    return ()


def maps(remedy: str, protocol: Protocol) -> list[dict[str, str]]:
    """The names that the options of a remedy map: those that are joined by 'or' one after another."""
    alternatives = []
    for part in re.split(r"(?<=['\"]) or (?=--map)", remedy):
        names = {}
        for match in re.finditer(r"--map ('[^']*'|\"[^\"]*\")", part):
            old, _, new = shlex.split(match[1])[0].rpartition("=")
            names[old] = new
        if names:
            alternatives.append(names)
    # Where the user chooses the meaning, each name gets another one.
    groups, endpoints = list(protocol.groups), list(protocol.endpoints)
    for names in alternatives:
        free = iter(groups if "group" in remedy else endpoints)
        for old, new in names.items():
            names[old] = next(free, groups[-1]) if new == "KEY" else new
    return alternatives


def follow(protocol: Protocol, name: str, content: bytes) -> None:
    found = problems(protocol, name, content)
    for problem in found:
        for names in maps(problem.remedy, protocol):
            left = problems(protocol, name, content, names=names)
            assert problem not in left, (problem, names, left)
            assert not any(other.file == "--map" for other in left), (problem, left)
        if match := re.search(r"--sheet ('[^']*'|\"[^\"]*\")", problem.remedy):
            assert problem not in problems(protocol, name, content, sheet=shlex.split(match[1])[0])
        for mark in re.findall(r"--decimal (point|comma)", problem.remedy):
            assert problem not in problems(protocol, name, content, decimal=mark)


@pytest.mark.parametrize("file", FILES)
def test_options_of_a_message_solve_its_problem_in_a_file(sepsis_protocol: Protocol, file: str) -> None:
    follow(sepsis_protocol, file, (FOLDER / file).read_bytes())


@pytest.mark.parametrize("case", CASES)
def test_options_of_a_message_solve_its_problem(sepsis_protocol: Protocol, case: str) -> None:
    follow(sepsis_protocol, "rats.xlsx", CASES[case])


@pytest.mark.parametrize(
    "case",
    [
        "other names of columns",
        "bead regions",
        "other names of endpoints",
        "replicates",
        "numbered header",
        "sample ids",
    ],
)
def test_following_all_hints_makes_the_file_read(sepsis_protocol: Protocol, case: str) -> None:
    names: dict[str, str] = {}
    for _ in range(4):
        if not (found := problems(sepsis_protocol, "rats.xlsx", CASES[case], names=names)):
            break
        for problem in found:
            for each in maps(problem.remedy, sepsis_protocol):
                names |= each
    assert names
    assert not problems(sepsis_protocol, "rats.xlsx", CASES[case], names=names)


def test_no_message_about_a_limit_advises_to_leave_the_cell_empty(sepsis_protocol: Protocol) -> None:
    words = "OOR <|OOR>|*12.3|---|***|Below Fit Curve Range|<MinStd|>Max|OVRFLW|<LLOD|n.q.|BLQ|<10 ng/mL|Range?|99.7*"
    words += "|<0.000|?????|Error|LLOQ|< LOD|>ULOQ|nd|N.D.|below detection|out of range|>>>>|<<<<|too low|neg|Masked"
    for word in words.split("|"):
        text = f"animal,group,il6,il4\nr1,sham,{word},24.5\nr2,control,20.5,22.5\nr3,t1,30.5,18.5\nr4,t2,28.5,17.5"
        found = problems(sepsis_protocol, "rats.csv", text.encode())
        assert found, word
        for problem in found:
            assert not re.search(r"empty|number alone|missing", problem.remedy), (word, problem)


def test_key_of_an_export_is_a_hint_that_can_be_followed(sepsis_protocol: Protocol) -> None:
    plate = b"Sample,Assay,Well,Signal,Calc. Concentration\nS1,IL-6,A1,9,20.5\nS2,IL-6,A2,9,40.5\n"
    (problem,) = problems(sepsis_protocol, "plate.csv", plate)
    assert "--key" in problem.remedy
    key = KeyFile(Path("key.csv"), b"sample,animal,group\nS1,r1,sham\nS2,r2,control\n")
    assert not problems(sepsis_protocol, "plate.csv", plate, key=key)
