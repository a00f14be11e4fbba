"""Whatever a file holds, it is read or refused with sentences: never another error, never a value that is not in it."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secretome.cohort import read_cohort
from secretome.protocol import Protocol, Refusal

shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
cells = st.sampled_from(
    [
        "animal",
        "group",
        "endpoint",
        "value",
        "unit",
        "exclude",
        "origin",
        "foxp3_cd25pos",
        "foxp3_cd25neg",
        "without",
        "with_cm",
        "a",
        "b",
        "3.45",
        "3,45",
        "1,250",
        "<2",
        "",
        "NA",
        "ND",
        "1e999",
        '"',
        "'",
        "=1+1",
        "\x00",
        "%",
        "measured",
        "−3",
        "é",
        "٣",
    ]
)
tables = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8)


def read_or_refuse(path: Path, content: bytes, protocol: Protocol) -> None:
    path.write_bytes(content)
    try:
        cohort = read_cohort(path, protocol)
    except Refusal as refusal:
        assert refusal.problems
        assert all(problem.found and problem.expected for problem in refusal.problems)
    else:
        assert not cohort.values.empty
        assert set(cohort.values["group"]) <= set(protocol.groups)


@shared_folder
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, protocol: Protocol, content: bytes) -> None:
    read_or_refuse(tmp_path / "any.csv", content, protocol)


@shared_folder
@given(rows=tables, delimiter=st.sampled_from([",", ";", "\t"]), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_table(tmp_path: Path, protocol: Protocol, rows: list[list[str]], delimiter: str, end: str) -> None:
    read_or_refuse(tmp_path / "table.csv", end.join(delimiter.join(row) for row in rows).encode(), protocol)


@shared_folder
@given(rows=tables)
def test_any_rows_under_a_good_header(tmp_path: Path, protocol: Protocol, rows: list[list[str]]) -> None:
    text = "animal;group;foxp3_cd25pos;foxp3_cd25neg;note\n" + "\n".join(";".join(row) for row in rows)
    read_or_refuse(tmp_path / "rows.csv", text.encode(), protocol)
