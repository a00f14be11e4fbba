"""Ids that a spreadsheet changed, limits in headers, codes for missing values, and groups made by two columns."""

import pytest
from making import check_notes, check_refusals, read, xlsx

from secretome.protocol import Protocol, load_protocol, study_folder

ROWS = [("r1", "sham", "22.1"), ("r2", "sham", "18.4"), ("r3", "control", "118.5"), ("r4", "control", "99.7")]
ROWS += [("r5", "t1", "61.2"), ("r6", "t2", "31.7")]


def table(header: str = "animal,group,IL-6", ids: tuple[str, ...] = (), values: tuple[str, ...] = ()) -> str:
    """Six rats, of which the first may have other ids or other values."""
    rows = [list(row) for row in ROWS]
    for at, name in enumerate(ids):
        rows[at][0] = name
    for at, value in enumerate(values):
        rows[at][2] = value
    return "\n".join([header, *map(",".join, rows)])


def test_ids_and_values_that_may_be_something_else_are_mentioned(sepsis_protocol: Protocol) -> None:
    cohorts = {
        "ids as dates": read(sepsis_protocol, table(ids=("1-Jan", "2-Jan", "Mar-03"))),
        "ids as shortened numbers": read(sepsis_protocol, table(ids=("1.00E+05", "1.00E+06"))),
        "999 several times": read(sepsis_protocol, table(values=("999", "999"))),
        "the lowest value three times": read(sepsis_protocol, table(values=("7.8", "7.8", "7.8"))),
        "a column of dilutions": read(
            sepsis_protocol,
            "\n".join(f"{line},{'dilution' if not at else 2}" for at, line in enumerate(table().split())),
        ),
    }
    for cohort in cohorts.values():
        assert len(cohort.values) == 6
    check_notes("notes_on_suspect_entries", cohorts)
    quiet = read(sepsis_protocol, table(ids=("2026-01-01", "E-1", "1E", "may-flower"), values=("22.1", "22.1", "999")))
    assert not [note for note in quiet.notes if "spreadsheet" in note or "stands for" in note]


def test_limits_in_headers_and_groups_in_two_columns_are_one_question(sepsis_protocol: Protocol) -> None:
    humoral = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    of_two = "animal,Route,Dose (µL/kg),afc\nm1,none,0,120000\nm2,IM,10,150000\nm3,IM,20,151000\nm4,SC,10,160000\n"
    limits = "\n".join(
        f"{line},{'Detection limit (pg/mL)' if not at else 15.6}"
        for at, line in enumerate(table(values=("ND",)).split("\n"))
    )
    check_refusals(
        "refused_limits_in_headers",
        sepsis_protocol,
        {
            header: (table(f"animal,group,{header}"), "cell C1")
            for header in (
                "IL-6 (LLOQ 15.6 pg/mL)",
                "IL-6 pg/mL (LOD = 15.6)",
                "IL-6 (pg/mL; LLOQ 15.6)",
                "IL-6 [pg/mL] (<15.6)",
            )
        }
        | {
            "a column of limits by another name": (limits, "cell C2"),
            "an error as id": (
                xlsx({"Data": [["animal", "group", "IL-6"], ["#REF!", "sham", 22.1], ["r2", "control", 30.5]]}),
                "cell Data!A2",
            ),
        },
    )
    check_refusals("refused_groups_of_two_columns", humoral, {"route and dose": (of_two, "row 1")})


def test_a_column_of_limits_by_another_name_is_read_as_the_message_says(sepsis_protocol: Protocol) -> None:
    lines = [f"{line},{'LOD' if not at else 15.6}" for at, line in enumerate(table(values=("ND",)).split("\n"))]
    values = read(sepsis_protocol, "\n".join(lines), names={"LOD": "lloq"}).values
    assert values[["lower", "upper"]].to_numpy()[0].tolist() == [0.0, 15.6]


@pytest.mark.parametrize("unit", ["pg_mL", "pg_ml", "ng_L"])
def test_unit_with_a_low_line_is_that_unit(sepsis_protocol: Protocol, unit: str) -> None:
    assert "il6" in read(sepsis_protocol, table(f"animal,group,IL-6_{unit}")).units_stated


def test_a_last_row_of_means_of_two_animals_is_refused(sepsis_protocol: Protocol) -> None:
    rows = [["Sham", "Control", "T1", "T2"], [22.1, 118.5, 61.2, 31.7], [18.4, 99.7, 50.0, 30.0]]
    check_refusals(
        "refused_means_of_two",
        sepsis_protocol,
        {"means": (xlsx({"IL-6": [*rows, [20.25, 109.1, 55.6, 30.85]]}), "cell 'IL-6'!A4")},
    )
    assert len(read(sepsis_protocol, xlsx({"IL-6": [*rows, [20.3, 109.1, 55.0, 30.85]]})).values) == 12
