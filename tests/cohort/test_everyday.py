"""Files as colleagues send them: words in other languages, yes and no, dates, other columns, and remedies."""

import pytest
from making import pzfx, read, refused, xlsx

from secretome.cohort.files.displayed import compare_number
from secretome.cohort.files.number_format import render
from secretome.cohort.files.words import limit_passed
from secretome.cohort.flags import column_meanings
from secretome.cohort.remedies import remedy_for
from secretome.cohort.values import NotAValueError, Value, parse
from secretome.protocol import Protocol

ROWS = [
    ("r1", "sham", 22.1),
    ("r2", "sham", 18.4),
    ("r3", "control", 118.5),
    ("r4", "control", 99.7),
    ("r5", "t1", 61.2),
    ("r6", "t2", 31.7),
]
VALUES = [value for _, _, value in ROWS]


def table(header: str = "il6", groups: dict[str, str] | None = None, **columns: list[str]) -> bytes:
    """Six rats; a double underscore in the name of a column is a space."""
    lines = [",".join(["rat", "group", header, *(name.replace("__", " ") for name in columns)])]
    for at, (rat, group, value) in enumerate(ROWS):
        lines.append(
            ",".join([rat, (groups or {}).get(group, group), str(value), *(column[at] for column in columns.values())])
        )
    return "\n".join(lines).encode()


def test_groups_named_by_signs_only_can_be_mapped(sepsis_protocol: Protocol) -> None:
    content = table(groups={"sham": "+/+", "control": "+/-", "t1": "-/-", "t2": "+"})
    options = {"+/+": "sham", "+/-": "control", "-/-": "t1", "+": "t2"}
    assert all(f"--map '{name}=KEY'" in refused(sepsis_protocol, content)[0].remedy for name in options)
    cohort = read(sepsis_protocol, content, names=options)
    assert cohort.values["group"].tolist() == [group for _, group, _ in ROWS]


@pytest.mark.parametrize(
    ("header", "answers", "place"),
    [("include", ["1", "1", "", "1", "1", "1"], "cell D4"), ("included", ["yes", "no", *["yes"] * 4], "cell D3")],
)
def test_column_of_included_animals_is_not_offered_as_exclude(
    sepsis_protocol: Protocol, header: str, answers: list[str], place: str
) -> None:
    content = table(**{header: answers})
    (problem,) = refused(sepsis_protocol, content)
    assert f"{header}=exclude" not in problem.remedy
    assert problem.place == place


@pytest.mark.parametrize("word", ["nein", "нет", "non", "not excluded", "valid", "ok"])
def test_word_for_no_in_the_column_exclude_is_refused(sepsis_protocol: Protocol, word: str) -> None:
    (problem,) = refused(sepsis_protocol, table(exclude=["", word, "", "", "", ""]))
    assert problem.place == "cell D3"


@pytest.mark.parametrize(
    ("header", "answers", "meanings"),
    [
        ("Valid", ["no", "yes"], ["excluded", ""]),
        ("use?", ["N", "Y"], ["excluded", ""]),
        ("keep", ["0", "1"], ["excluded", ""]),
        ("include", ["", "1"], ["excluded", ""]),
        ("In range?", ["no", "yes"], ["mark", ""]),
        ("quantifiable", ["n", "y"], ["mark", ""]),
        ("nondetect", ["x", ""], ["below", ""]),
        ("below detection", ["x", ""], ["below", ""]),
        ("cens", ["1", "0"], ["mark", ""]),
        ("remove", ["x", ""], ["excluded", ""]),
        ("Bemerkung", ["ausgeschlossen", ""], ["excluded", ""]),
        ("Bemerkung", ["unter NWG", ""], ["below", ""]),
        ("Kommentar", ["n.n.", ""], ["below", ""]),
        ("примечание", ["исключена", ""], ["excluded", ""]),
        ("tail mark", ["x", ""], ["", ""]),
        ("surgery ok", ["no", "yes"], ["", ""]),
        ("Valid until", ["2027", "2027"], ["", ""]),
        ("comment", ["overnight fasted", "flagged by vet"], ["", ""]),
        ("comment", ["approx. 0.5 mL blood", "suspected limp"], ["", ""]),
    ],
)
def test_column_meanings_of_values(header: str, answers: list[str], meanings: list[str]) -> None:
    assert column_meanings(header, answers) == meanings


@pytest.mark.parametrize(
    ("text", "side"),
    [
        *(
            ("n.n.", "<"),
            ("NWG", "<"),
            ("н/о", "<"),
            ("ниже ПО", "<"),
            ("Below Fit Curve Range", "<"),
            ("above ULOQ", ">"),
            ("below", "<"),
        ),
        *(("overweight", ""), ("overnight fasted", ""), ("underfed", ""), ("below 15.6", "")),
    ],
)
def test_words_for_limits_in_several_languages(text: str, side: str) -> None:
    assert limit_passed(text) == side


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("below 15.6", "Write <15.6 "),
        ("unter 15,6", "Write <15,6 "),
        ("OOR <15.6", "Write <15.6 "),
        ("LT 15.6", "Write <15.6 "),
        ("above 1000", "Write >1000 "),
        ("#WERT!", "Correct the formula"),
        ("#Н/Д", "Correct the formula"),
        ("Jan 22", "a date"),
        ("22. März", "a date"),
        ('="22.1"', "number alone"),
        ("22.1 22.4", "Write one number"),
        ("1 250", "thousands separators"),
    ],
)
def test_remedy_keeps_the_limit_and_the_value(text: str, advice: str) -> None:
    assert advice in remedy_for(text)


@pytest.mark.parametrize("text", ["22.01.2026", "1.10.", "01.10.26"])
@pytest.mark.parametrize("mark", [".", ","])
def test_date_with_points_is_refused_as_a_date(text: str, mark: str) -> None:
    with pytest.raises(NotAValueError) as error:
        parse(text, mark)
    assert "date" in error.value.remedy
    assert "thousands" not in error.value.remedy


def test_limit_of_zero_is_refused() -> None:
    assert parse("<= 15.6", ".") == parse("≤15.6", ".") == Value(0.0, 15.6)
    assert parse(">= 1000", ".") == Value(1000.0, float("inf"))
    with pytest.raises(NotAValueError):
        parse(">0", ".")


@pytest.mark.parametrize(
    ("stored", "code", "mismatch"), [(22.1, '0"."0', "words"), (2210, '0"."000', ""), (2210.5, "#,##0.0", "")]
)
def test_point_that_a_format_adds_between_digits_is_a_mismatch(stored: float, code: str, mismatch: str) -> None:
    assert compare_number(stored, render(stored, code)).mismatch == mismatch


def test_figure_spaces_separate_thousands() -> None:
    assert parse("2\u2007210,5", ",") == Value(2210.5, 2210.5)


def test_equal_unit_is_read_and_another_is_refused(sepsis_protocol: Protocol) -> None:
    # 1 ng/L is 1 pg/mL.
    assert read(sepsis_protocol, table("IL-6 (ng/L)")).values["value"].tolist() == VALUES
    (problem,) = refused(sepsis_protocol, table("IL-6 (µg/L)"))
    assert "1000" in problem.remedy


@pytest.mark.parametrize("title", ["log IL-6", "IL-6 mRNA", "Δ IL-6", "IL-6 fold change"])
def test_map_option_is_not_offered_for_derived_values(sepsis_protocol: Protocol, title: str) -> None:
    groups = {group: [value for _, named, value in ROWS if named == group] for group in ("sham", "control", "t1", "t2")}
    for problem in (
        *refused(sepsis_protocol, pzfx({title: groups}), "rats.pzfx"),
        *refused(sepsis_protocol, table(title)),
    ):
        assert "--map" not in problem.remedy


@pytest.mark.parametrize(
    "header", ["Datum", "notes", "Käfig", "Вес", "ear tag", "CV", "OD450", "Ct", "score", "ELISA plate", "Sign"]
)
def test_other_column_is_not_taken_for_a_missing_endpoint(sepsis_protocol: Protocol, header: str) -> None:
    entry = "12.01.2026" if header == "Datum" else "calm" if header in ("notes", "Sign") else "3"
    cohort = read(sepsis_protocol, table(**{header: [entry] * 6}))
    assert cohort.values["value"].tolist() == VALUES
    assert set(cohort.values["endpoint"]) == {"il6"}


def test_workbook_and_text_give_the_same_values(sepsis_protocol: Protocol) -> None:
    content = xlsx({"S": [["rat", "group", "il6"], *ROWS]})
    assert read(sepsis_protocol, content).values["value"].tolist() == VALUES
