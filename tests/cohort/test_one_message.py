"""One cause is one message, headers as programs write them, and the table of what was read."""

import math
from pathlib import Path

import pytest
from making import read, refused
from typer.testing import CliRunner

from secretome.cli import app
from secretome.cohort.errors import merge_problems
from secretome.cohort.notes import group_summaries
from secretome.protocol import Protocol

RATS = [["r1", "sham", 22.1, 24.1], ["r2", "control", 118.5, 16.2], ["r3", "t1", 61.3, 18.8], ["r4", "t2", 31.7, 22.4]]


def csv(header: str, rows: list[list[object]] = RATS) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)])


def test_table_of_which_rows_are_repeated_is_one_message(sepsis_protocol: Protocol) -> None:
    problems = refused(sepsis_protocol, csv("animal,group,il6,il4", RATS * 2))
    assert {problem.place for problem in problems} == {f"cell {column}{row}" for column in "CD" for row in range(6, 10)}
    assert len(merge_problems(problems)) == 1


@pytest.mark.parametrize(
    ("cell", "messages"),
    [("haemolysed", 1), ("#DIV/0!", 1), ("12.5±0.3", 1), ("OOR <", 1), ("12,5", 1), ("1:16:00", 1)],
)
def test_cells_with_one_cause_are_one_message(sepsis_protocol: Protocol, cell: str, messages: int) -> None:
    rows = [[f"r{at}", group, f'"{cell}"', "20.5"] for at, group in enumerate(["sham", "control", "t1", "t2"] * 6)]
    rows.append(["last", "t2", "20.5", "20.5"])
    problems = refused(sepsis_protocol, csv("animal,group,il6,il4", rows))
    merged = merge_problems(problems)
    assert len(merged) == messages
    if len(problems) > 1:
        assert merged[0].place.endswith("(24 in all)")


@pytest.mark.parametrize(
    "header",
    [
        "IL-6 (pg/mL)",
        "IL-6 [pg/ml]",
        "IL-6 {pg/mL}",
        "IL-6 <pg/mL>",
        "IL-6（pg/mL）",
        "IL-6 【pg/mL】",
        "IL-6, pg/mL",
        "IL6_pg/mL",
    ],
)
def test_unit_in_any_bracket_is_read(sepsis_protocol: Protocol, header: str) -> None:
    cohort = read(sepsis_protocol, csv(f'animal,group,"{header}",il4'))
    assert "il6" in cohort.units_stated
    assert cohort.values["value"].tolist()[::2] == [row[2] for row in RATS]


@pytest.mark.parametrize(
    "header",
    [
        "IL-6 (19)",
        "Interleukin-6",
        "Interleukin 6",
        "IL6...3",
        "IL-6.1",
        "Mouse IL-6",
        "IL-6 (R19)",
        "interleukin-6 (pg/mL)",
    ],
)
def test_map_option_of_the_message_makes_the_file_read(sepsis_protocol: Protocol, header: str) -> None:
    text = csv(f"animal,group,{header},il4")
    (problem,) = refused(sepsis_protocol, text)
    option = problem.remedy.partition("--map '")[2].partition("'")[0]
    old, _, new = option.rpartition("=")
    assert new == "il6" or sepsis_protocol.endpoints["il6"].label == new
    cohort = read(sepsis_protocol, text, names={old: new})
    assert cohort.values["value"].tolist()[::2] == [row[2] for row in RATS]


def test_summary_of_groups_counts_limits_and_missing_values(sepsis_protocol: Protocol) -> None:
    rows = [
        ["a", "sham", "<15.6", 24.5],
        ["b", "sham", 20.5, ""],
        ["c", "sham", 18.5, 20],
        ["d", "control", ">1000", 3],
    ]
    summaries = group_summaries(read(sepsis_protocol, csv("animal,group,il6,il4", rows)).values, sepsis_protocol)
    by_group = {(summary.endpoint, summary.group): summary[2:] for summary in summaries}
    assert by_group["il6", "sham"] == (3, 18.5, 20.5, 1, 0, 0)
    assert by_group["il4", "sham"] == (2, 20, 24.5, 0, 0, 1)
    n, lowest, highest, *censored = by_group["il6", "control"]
    assert (n, math.isnan(lowest), math.isnan(highest), censored) == (1, True, True, [0, 1, 0])
    assert by_group["il6", "t1"][0] == 0


def test_check_prints_the_summary_of_groups(tmp_path: Path) -> None:
    file = tmp_path / "rats.csv"
    file.write_text(csv("animal,group,il6,il4"), encoding="utf-8")
    result = CliRunner().invoke(app, ["check", "sepsis_cytokines", str(file)])
    (line,) = [line for line in result.output.splitlines() if "control" in line and "118.5" in line]
    assert [cell.strip() for cell in line.split("│")[2:8]] == ["1", "118.5", "118.5", "0", "0", "0"]
