"""Files that were once misread or refused without reason: each with its right values, or the place and the way out.

The files in `misread/` are invented. Their values are those of `PLAIN`, written in the ways of laboratories and
programs.
"""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from making import pzfx, xlsx

from secretome.cohort import Cohort, read_cohort
from secretome.cohort.files import delimited
from secretome.protocol import InputError, Problem, Protocol, load_protocol, study_folder

FOLDER = Path(__file__).parent / "misread"
SEPSIS, HUMORAL, TREG = "sepsis_cytokines", "humoral_immunity", "treg_conditioned_medium"
GROUPS = ("sham", "control", "t1", "t2")
PLAIN = {
    "sham": [22.1, 18.4, 25.7, 19.9, 21.3, 24.0],
    "control": [118.5, 140.2, 99.7, 131.0, 125.4, 108.8],
    "t1": [61.2, 70.3, 55.8, 66.1, 74.9, 58.0],
    "t2": [31.7, 40.1, 35.5, 28.9, 44.3, 37.2],
}
TENFOLD = {group: [round(10 * value) for value in values] for group, values in PLAIN.items()}


def study(name: str) -> Protocol:
    return load_protocol(study_folder(name) / "protocol.yml")


def read(name: str, file: str, names: dict[str, str] | None = None, decimal: str | None = None) -> Cohort:
    return read_cohort(FOLDER / file, study(name), names=names, decimal=decimal)


def refused(name: str, file: str, names: dict[str, str] | None = None, content: bytes | None = None) -> list[Problem]:
    with pytest.raises(InputError) as error:
        read_cohort(FOLDER / file, study(name), content, names=names)
    return list(error.value.problems)


def values(cohort: Cohort, endpoint: str = "il6") -> dict[str, list[float]]:
    rows = cohort.values[cohort.values["endpoint"] == endpoint]
    return {str(group): found["value"].tolist() for group, found in rows.groupby("group", sort=False)}


# -- names


def test_controls_with_plus_and_minus_are_two_groups() -> None:
    problems = refused(SEPSIS, "control_plus_minus.csv")
    assert len({(problem.found, problem.remedy) for problem in problems}) == 1
    for name in ("Control (-)", "Control (+)"):
        assert repr(name) in problems[0].found
        assert f"--map '{name}=KEY'" in problems[0].remedy
    cohort = read(SEPSIS, "control_plus_minus.csv", {"Control (-)": "sham", "Control (+)": "control"})
    assert values(cohort) == PLAIN


def test_doses_10_and_1_0_are_different() -> None:
    places = {problem.place for problem in refused(HUMORAL, "hum_decimal_and_whole.csv")}
    rows = (FOLDER / "hum_decimal_and_whole.csv").read_text(encoding="utf-8").splitlines()
    assert places == {f"cell B{number}" for number, row in enumerate(rows, start=1) if ".0 µL" in row}


def test_mapped_names_with_plus_and_minus_are_read_as_mapped() -> None:
    names = {"LPS-": "sham", "LPS+": "control", "LPS+ / T1": "t1", "LPS+ / T2": "t2"}
    cohort = read(SEPSIS, "sepsis_lps_plus_minus.csv", names)
    assert values(cohort) == PLAIN
    assert {f"{old!r} is read as {new!r}, as stated" for old, new in names.items()} <= set(cohort.notes)
    treg = read(TREG, "treg_cm_plus_minus.csv", {"CM+": "with_cm", "CM-": "without"})
    assert values(treg, "foxp3_cd25pos")["without"] == [4.1, 3.3, 5.0, 2.7, 4.6, 3.9]


def test_gates_with_plus_and_minus_are_two_endpoints() -> None:
    content = (FOLDER / "treg_cm_plus_minus.csv").read_bytes()
    content = content.replace(b"foxp3_cd25pos", b"CD25+FoxP3+").replace(b"foxp3_cd25neg", b"CD25-FoxP3+")
    names = {"CM+": "with_cm", "CM-": "without", "CD25+FoxP3+": "foxp3_cd25pos", "CD25-FoxP3+": "foxp3_cd25neg"}
    cohort = read_cohort(Path("gates.csv"), study(TREG), content, names=names)
    assert values(cohort, "foxp3_cd25neg")["without"] == [1.2, 0.9, 1.5, 1.1, 1.3, 1.0]


def test_number_in_brackets_is_no_unit_if_mapped() -> None:
    first, second = refused(SEPSIS, "head_bead.csv")
    assert (first.place, second.place) == ("cell C1", "cell D1")
    assert "--map 'IL-6 (19)=il6'" in first.remedy
    assert values(read(SEPSIS, "head_bead.csv", {"IL-6 (19)": "il6", "IL-4 (52)": "il4"})) == PLAIN


def test_ids_that_start_at_1_in_every_group_are_distinguished() -> None:
    for cohort in (read(SEPSIS, "ids_per_group.csv"), read(SEPSIS, "replicate_as_id.csv", {"replicate": "animal"})):
        assert values(cohort) == PLAIN
        assert cohort.values["animal"].nunique() == 24


# -- numbers


def test_points_before_three_digits_are_refused_once() -> None:
    (problem,) = refused(SEPSIS, "de_thousand_point_int_il4.csv")
    assert problem.place == "cell C8"
    for mark in ("point", "comma"):
        assert (
            f"`secretome check {SEPSIS} {FOLDER / 'de_thousand_point_int_il4.csv'} --decimal {mark}`" in problem.remedy
        )
    for mark in ("comma", ","):
        cohort = read(SEPSIS, "de_thousand_point_int_il4.csv", decimal=mark)
        assert values(cohort) == values(read(SEPSIS, "de_plain_int.csv")) == TENFOLD
        assert cohort.decimal == "comma"
    assert values(read(SEPSIS, "de_thousand_point_int_il4.csv", decimal="."))["control"][0] == 1.185


def test_three_decimals_after_a_comma_are_read_between_semicolons() -> None:
    assert values(read(SEPSIS, "de_three_decimals.csv"))["sham"] == [22.122, 18.418, 25.726, 19.920, 21.321, 24.024]


def test_several_thousands_separators_are_read() -> None:
    assert values(read(HUMORAL, "us_thousands.csv"), "afc")["saline"] == [1200000, 1273013, 1346026, 1419039, 1492052]
    assert values(read(SEPSIS, "thin.csv")) == TENFOLD


# -- rows that are no animals

TIMES = {group: [[value / 5, value / 2, value] for value in numbers] for group, numbers in PLAIN.items()}


def by_time(titles: list[str], rows: slice = slice(None)) -> bytes:
    """A grouped table of Prism: a row for each time, and the rats of a group in its columns."""
    groups = {group: [list(row) for row in zip(*numbers, strict=True)][rows] for group, numbers in TIMES.items()}
    return pzfx({"IL-6": groups}, titles, attributes={"TableType": "TwoWay"})


@pytest.mark.parametrize(
    "titles", [["6 h", "24 h", "48 h"], ["1", "2", "3"], ["Day 1", "Day 2", "Day 3"], ["A", "B", "C"]]
)
def test_times_as_row_titles_are_refused(titles: list[str]) -> None:
    (problem,) = refused(SEPSIS, "rats.pzfx", content=by_time(titles))
    assert problem.place == "cell 'IL-6'!title of row 1"
    assert all(repr(title) in problem.found for title in titles)


def test_row_of_one_time_contains_the_animals_of_each_group() -> None:
    cohort = read_cohort(Path("rats.pzfx"), study(SEPSIS), by_time(["48 h"], slice(2, 3)))
    assert values(cohort) == PLAIN


@pytest.mark.parametrize("title", ["", "Time (h)", "Day", "Dose", "plate"])
@pytest.mark.parametrize(
    "rows",
    [
        ["6 h", "24 h", "48 h"],
        ["0", "24", "48"],
        ["10 mg/kg", "20 mg/kg", "30 mg/kg"],
        ["Plate 1", "Plate 2", "Plate 3"],
    ],
)
def test_titles_of_times_and_plates_next_to_groups_are_refused(title: str, rows: list[str]) -> None:
    table = [
        ["IL-6"],
        [title, *GROUPS],
        *([name, *(PLAIN[group][at] for group in GROUPS)] for at, name in enumerate(rows)),
    ]
    (problem,) = refused(SEPSIS, "rats.xlsx", content=xlsx({"Data": table}))
    assert problem.place == ("cell Data!A2" if title else "cell Data!A3")


@pytest.mark.parametrize("rows", [["1", "2", "3"], ["rat 1", "rat 2", "rat 3"], ["0", "1", "2"]])
def test_titles_that_number_the_rows_are_ignored(rows: list[str]) -> None:
    table = [
        ["IL-6"],
        ["", *GROUPS],
        *([name, *(PLAIN[group][at] for group in GROUPS)] for at, name in enumerate(rows)),
    ]
    cohort = read_cohort(Path("rats.xlsx"), study(SEPSIS), xlsx({"Data": table}))
    assert values(cohort) == {group: numbers[:3] for group, numbers in PLAIN.items()}


# -- words


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("bioplex_star.csv", {"C2": "extrapolated", "C3": "extrapolated"}),
        ("bioplex_dashes.csv", {"C2": "outlier", "C3": "outlier"}),
        ("msd_words.csv", {"C2": "<15.6", "C3": "<15.6", "C9": ">1000"}),
        ("gen5_words.csv", {"C2": "<15.6", "C3": "below its range", "C9": ">1000", "C10": ">1000"}),
        ("prism_star.csv", {"C10": "'exclude'"}),
        (
            "words2.csv",
            {"C2": "<15.6", "C3": "<15.6", "C4": "<15.6", "C5": "<15.6", "C6": "<15.6", "C9": ">1000", "C10": ">1000"},
        ),
    ],
)
def test_words_of_instruments_are_refused_with_a_remedy(file: str, words: dict[str, str]) -> None:
    found = {problem.place.removeprefix("cell "): problem.remedy for problem in refused(SEPSIS, file)}
    assert found.keys() == words.keys()
    assert all(word in found[cell] for cell, word in words.items())
    assert not any(word in remedy for remedy in found.values() for word in ("missing", "empty", "number alone"))


def test_titre_changed_to_a_time_is_refused() -> None:
    problems = refused(HUMORAL, "titre_times.csv")
    assert {problem.place for problem in problems} == {f"cell C{row}" for row in range(2, 8)}
    assert all("16 for 1:16" in problem.remedy for problem in problems)


@pytest.mark.parametrize(
    ("file", "option"), [("head_full.csv", "--map 'Interleukin-6=il6'"), ("head_log.csv", ""), ("head_od.csv", "")]
)
def test_map_option_is_offered_for_an_endpoint_only(file: str, option: str) -> None:
    problems = refused(SEPSIS, file)
    assert [problem.place for problem in problems] == ["cell C1", "cell D1"]
    assert option in problems[0].remedy
    assert bool(option) == any("--map" in problem.remedy for problem in problems)


@pytest.mark.parametrize("file", ["readxl_dup.csv", "pandas_dup.csv"])
def test_numbered_duplicate_headers_are_refused_as_one_endpoint(file: str) -> None:
    (problem,) = refused(SEPSIS, file)
    assert problem.expected == "one column for il6"
    assert "il4" not in str(problem).casefold().replace("-", "")


# -- files


CHINESE = {"动物": "animal", "组别": "group", "假手术": "sham", "对照": "control", "低剂量": "t1", "高剂量": "t2"}
JAPANESE = {"偽手術": "sham", "対照": "control", "低用量": "t1", "高用量": "t2"}
RUSSIAN = {"ложная": "sham", "контроль": "control", "доза 1": "t1", "доза 2": "t2"}


@pytest.mark.parametrize(
    ("file", "name", "names"),
    [("gbk.csv", "Chinese", CHINESE), ("sjis.csv", "Shift-JIS", JAPANESE), ("cp1251.csv", "Windows-1251", RUSSIAN)],
)
def test_other_encoding_is_recognised_and_named(file: str, name: str, names: dict[str, str]) -> None:
    problem, *others = refused(SEPSIS, file)
    assert (problem.place, "CSV UTF-8" in problem.remedy, name in problem.found) == ("", True, True)
    assert others
    cohort = read(SEPSIS, file, names)
    assert values(cohort) == PLAIN
    assert any(f"{name}" in note for note in cohort.notes)


def test_unknown_encoding_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "recognise", lambda _: None)
    (problem,) = refused(SEPSIS, "gbk.csv")
    assert (problem.place, "CSV UTF-8" in problem.remedy) == ("", True)


@pytest.mark.parametrize(
    ("text", "encoding"), [("動物,群,il6\n1,対照,2.5\n", "shift_jis"), ("zwierzę,grupa,il6\n1,próżna,2.5\n", "cp1250")]
)
def test_short_texts_in_other_encodings_are_refused(text: str, encoding: str) -> None:
    problem = refused(SEPSIS, "rats.csv", content=text.encode(encoding))[0]
    assert "CSV UTF-8" in problem.remedy


def test_western_letters_are_read() -> None:
    text = "Tier;group;il6\nKätzchen;Gruppe ß;14,5\nÄöü;control;20,5\n"
    problems = refused(SEPSIS, "tiere.csv", content=text.encode("cp1252"))
    assert all(problem.place for problem in problems)


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "program"),
    [
        ("a.omv", archive("meta", "xdata.json", "data.bin"), "jamovi"),
        ("a.jasp", archive("manifest.json", "analyses.json"), "JASP"),
        ("a.rds", gzip.compress(b"X\n\x00\x00", mtime=0), "In R"),
        ("a.RData", gzip.compress(b"RDX3\n", mtime=0), "In R"),
        ("a.zsav", b"$FL3@(#) SPSS DATA FILE\x00", "SPSS"),
        ("a.sav", b"$FL2@(#) SPSS DATA FILE\x00", "SPSS"),
        ("a.dta", b"r\x02\x01\x00\x00\x01", "Stata"),
        ("a.pzfx", b"PCFF\x01\x00\x00\x00\x00\x01", "In Prism"),
    ],
)
def test_file_of_a_statistics_program_is_refused_with_a_remedy(name: str, content: bytes, program: str) -> None:
    (problem,) = refused(SEPSIS, name, content=content)
    assert program in problem.remedy
    assert "Unpack" not in problem.remedy
