"""Odd files of laboratories that were misread, or refused with a remedy that did not help."""

from pathlib import Path

import pytest
from making import read, refused, xlsx

from secretome import load_study
from secretome.cohort.remedies import remedy_for
from secretome.cohort.values import Value, parse
from secretome.protocol import InputError, Protocol, load_protocol, name_key, spelling, study_folder

GROUPS = ["sham", "control", "t1", "t2"]
RATS = [[f"r{at}", GROUPS[at // 3], 20.5 + at, 18.5 + at] for at in range(12)]
HEADER = ["animal", "group", "IL-6", "IL-4"]


def table(rows: list[list[object]], header: list[str] | None = None) -> str:
    return "\n".join(",".join(map(str, row)) for row in [header or HEADER, *rows])


def stated_once(rows: list[list[object]]) -> list[list[object]]:
    """The rows with each group only in the first of its rows."""
    return [[row[0], row[1] if at % 3 == 0 else "", *row[2:]] for at, row in enumerate(rows)]


@pytest.mark.parametrize("numbered", [False, True])
def test_group_in_the_first_row_of_each_block_is_read(sepsis_protocol: Protocol, numbered: bool) -> None:
    rows = [[at % 3 + 1, *row[1:]] if numbered else row for at, row in enumerate(RATS)]
    cohort = read(sepsis_protocol, table(stated_once(rows)))
    il6 = cohort.values[cohort.values["endpoint"] == "il6"]
    assert dict(zip(il6["value"], il6["group"], strict=True)) == {row[2]: row[1] for row in RATS}
    assert any("stated once" in note for note in cohort.notes)


@pytest.mark.parametrize(
    ("groups", "places"),
    [
        # A second 'sham' shows that an empty cell may be an omission.
        (["sham", "", "", "control", "", "", "t1", "", "", "sham", "", ""], {3, 4, 6, 7, 9, 10, 12, 13}),
        (["sham", "", "sham", *["control"] * 3, *["t1"] * 3, *["t2"] * 3], {3}),
        # One row of t1 may be followed by rows of t2.
        (["sham", "", "", "control", "", "", "t1", "t2", "", "", "", ""], {3, 4, 6, 7, 10, 11, 12, 13}),
        (["", "", "", "control", "", "", "t1", "", "", "t2", "", ""], {2, 3, 4, 6, 7, 9, 10, 12, 13}),
    ],
)
def test_omitted_group_is_refused(sepsis_protocol: Protocol, groups: list[str], places: set[int]) -> None:
    problems = refused(
        sepsis_protocol, table([[row[0], group, *row[2:]] for row, group in zip(RATS, groups, strict=True)])
    )
    assert {problem.place for problem in problems} >= {f"cell B{row}" for row in places}


def test_means_between_blocks_are_one_kind_of_problem(sepsis_protocol: Protocol) -> None:
    rows = stated_once(RATS)
    blocks = [row for at in range(0, 12, 3) for row in (*rows[at : at + 3], ["", "Mean", 30, 30])]
    problems = refused(sepsis_protocol, table(blocks))
    assert [problem.place for problem in problems] == ["cell B5", "cell B9", "cell B13", "cell B17"]
    assert not any("--map" in problem.remedy for problem in problems)


@pytest.mark.parametrize("name", ["150 µL secretome", "150 μL secretome", "150 uL secretome", "150ul secretome"])
def test_micro_is_written_in_three_ways(sepsis_protocol: Protocol, name: str) -> None:
    cohort = read(sepsis_protocol, table([[row[0], name if row[1] == "t1" else row[1], *row[2:]] for row in RATS]))
    assert (cohort.values["group"] == "t1").sum() == 6


def test_letter_u_in_words_is_not_micro() -> None:
    assert name_key("10 ulcers") != name_key("10 µlcers")
    assert spelling("ug 10") != spelling("µg 10")
    assert name_key("10 ug/kg IM") == name_key("10 µg/kg IM")


@pytest.mark.parametrize("text", ["＜15.6", "﹤15.6", "≦15.6", "⩽15.6", "&lt;15.6", "&lt; 15.6"])
def test_other_signs_of_limits_are_read(sepsis_protocol: Protocol, text: str) -> None:
    rows = [[*row[:2], text if at == 0 else row[2], row[3]] for at, row in enumerate(RATS)]
    values = read(sepsis_protocol, table(rows)).values
    first = values[(values["animal"] == "r0") & (values["endpoint"] == "il6")]
    assert (first["lower"].item(), first["upper"].item()) == (0, 15.6)
    assert parse("<15.6", ".") == Value(0, 15.6)


@pytest.mark.parametrize("text", ["(12.3)", "[12.3]", "12·3", "12.3 §", "a12.3", "1.2×10⁵", "3 of 4"])
def test_no_remedy_says_that_a_cell_with_a_number_is_missing(text: str) -> None:
    assert "missing" not in remedy_for(text)
    assert "empty" not in remedy_for(text)


@pytest.mark.parametrize("text", ["<LOD (15.6)", "LLOQ = 15.6", "< LOQ: 15.6", "<LOD (<15.6)"])
def test_remedy_keeps_the_limit_after_its_word(text: str) -> None:
    assert "Write <15.6 " in remedy_for(text)


@pytest.mark.parametrize(
    ("mean", "deviation"),
    [("Moyenne", "Écart type"), ("Среднее", "Ст. откл."), ("Mediana", "Desviación estándar"), ("平均", "標準偏差")],
)
def test_summaries_in_other_languages_are_left_out(sepsis_protocol: Protocol, mean: str, deviation: str) -> None:
    cohort = read(sepsis_protocol, table([*RATS, [mean, "", 26.0, 24.0], [deviation, "", 3.6, 3.6]]))
    assert len(cohort.values) == 2 * len(RATS)


def test_mean_and_deviation_below_an_endpoint_are_no_units(sepsis_protocol: Protocol) -> None:
    rows = [["Rat", "Group", "IL-6", "", "IL-4", ""], ["", "", "mean", "SD", "mean", "SD"]]
    rows += [[*row[:3], 1.5, row[3], 1.5] for row in RATS]

    def merge(book: object) -> None:
        for cells in ("C1:D1", "E1:F1"):
            book["S"].merge_cells(cells)  # type: ignore[index]

    content = xlsx({"S": rows}, merge)
    problems = refused(sepsis_protocol, content)
    assert {problem.place for problem in problems} == {f"cell S!{column}1" for column in "CDEF"}
    assert not any("Convert" in problem.remedy for problem in problems)
    mapped = read(sepsis_protocol, content, names={"IL-6 mean": "il6", "IL-4 mean": "il4"})
    assert sorted(mapped.values["value"]) == sorted(value for row in RATS for value in row[2:])


@pytest.mark.parametrize(
    ("header", "dead", "alive", "option"),
    [
        ("Died", "yes", "no", "--map 'Died=event'"),
        ("Status", "dead", "alive", "--map 'Status=event'"),
        ("Mortality", "1", "0", "--map 'Mortality=event'"),
        ("Alive at 48 h", "n", "y", ""),
    ],
)
def test_unused_column_of_deaths_is_refused(
    sepsis_protocol: Protocol, header: str, dead: str, alive: str, option: str
) -> None:
    died = {1, 4}
    rows = [
        [*row[:2], *(["", ""] if at in died else row[2:]), dead if at in died else alive] for at, row in enumerate(RATS)
    ]
    content = table(rows, [*HEADER, header])
    (problem,) = refused(sepsis_protocol, content)
    assert problem.place == "cell E1"
    assert option in problem.remedy
    assert ("--map" in problem.remedy) == bool(option)
    if option:
        assert read(sepsis_protocol, content, names={header: "event"}).values["dead"].sum() == 2 * len(died)


@pytest.mark.parametrize(
    ("header", "text"), [("Status", "alive"), ("Died", "no"), ("Survived", "yes"), ("Deaths", "0")]
)
def test_column_without_a_death_is_only_noted(sepsis_protocol: Protocol, header: str, text: str) -> None:
    cohort = read(sepsis_protocol, table([[*row, text] for row in RATS], [*HEADER, header]))
    assert f"column {header!r} was not used" in cohort.notes


def test_death_after_sampling_is_not_observed_alive(sepsis_protocol: Protocol) -> None:
    rows = [[*row, 60 if at == 0 else 72, int(at == 0)] for at, row in enumerate(RATS)]
    notes = read(sepsis_protocol, table(rows, [*HEADER, "time", "event"])).notes
    assert [note for note in notes if "last observed alive at" in note and "60" in note] == []


@pytest.mark.parametrize("region", ["A6", "B3", "R19"])
def test_region_of_a_bead_after_a_name_is_no_unit(sepsis_protocol: Protocol, region: str) -> None:
    content = table(RATS, ["animal", "group", f"IL-6 ({region})", "IL-4"])
    (problem,) = refused(sepsis_protocol, content)
    assert "Convert" not in problem.remedy
    assert "il6" in read(sepsis_protocol, content, names={f"IL-6 ({region})": "il6"}).values["endpoint"].tolist()


def test_two_endpoints_in_a_header_are_not_offered_as_one(sepsis_protocol: Protocol) -> None:
    rows = [[*row[:2], f"{row[2]} / {row[3]}"] for row in RATS]
    (problem,) = refused(sepsis_protocol, table(rows, ["animal", "group", "IL-6 / IL-4"]))
    assert problem.place == "cell C1"
    assert "--map" not in problem.remedy


def test_ditto_marks_are_not_offered_as_a_name(sepsis_protocol: Protocol) -> None:
    rows = [
        [row[0], row[1] if at % 3 == 0 else ["〃", "do.", "ditto"][at % 3], *row[2:]] for at, row in enumerate(RATS)
    ]
    problems = refused(sepsis_protocol, table(rows))
    assert not any("--map" in problem.remedy for problem in problems)


@pytest.mark.parametrize("header", [["Group", "n", "Mean", "SD"], ["Group", "IL-6 mean", "IL-6 SD", "n"]])
def test_table_of_means_is_one_problem(sepsis_protocol: Protocol, header: list[str]) -> None:
    problems = refused(sepsis_protocol, table([[group, 6, 20.5, 3.5] for group in GROUPS], header))
    assert not any("--map" in problem.remedy or "Number the animals" in problem.remedy for problem in problems)


@pytest.mark.parametrize("header", ["IL-6 ×10³ pg/mL", "IL-6 x10^3", "IL-6 (thousands)"])
def test_multiples_are_not_offered_as_the_endpoint(sepsis_protocol: Protocol, header: str) -> None:
    problems = refused(sepsis_protocol, table(RATS, ["animal", "group", header, "IL-4"]))
    assert not any("--map" in problem.remedy for problem in problems)


def test_words_of_a_label_in_another_order_are_the_nearest() -> None:
    humoral_protocol = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    rows = [
        [f"m{at}", f"{route} {dose} uL/kg", 120000 + at, 32, 40.5]
        for at, (route, dose) in enumerate(
            (route, dose) for route in ("IM", "SC") for dose in (10, 20, 50) for _ in range(3)
        )
    ]
    problems = refused(humoral_protocol, table(rows, ["mouse", "group", "afc", "titre", "phagocytosis"]))
    nearest = {problem.found: problem.choice.nearest for problem in problems if problem.choice}
    assert set(nearest.values()) == {"im10", "im20", "im50", "sc10", "sc20", "sc50"}


def test_titres_as_numbers_of_steps_are_refused(tmp_path: Path) -> None:
    study = load_study("humoral_immunity")
    cohort = study.cohort.values
    steps = cohort[cohort["endpoint"] == "titre"].reset_index()
    path = tmp_path / "mice.csv"
    rows = [
        [animal, group, 4 + at % 3]
        for at, (animal, group) in enumerate(zip(steps["animal"], steps["group"], strict=True))
    ]
    path.write_text(table(rows, ["animal", "group", "titre"]))
    with pytest.raises(InputError) as error:
        load_study("humoral_immunity", path)
    assert [problem.place for problem in error.value.problems] == ["all of titre"]
    path.write_text(table(rows, ["animal", "group", "titre (reciprocal dilution)"]))
    assert any("states its unit" in note for note in load_study("humoral_immunity", path).cohort.notes)


@pytest.mark.parametrize("titres", [("1.2", "1.51", "1.81"), ("0.0625", "0.03125", "0.125"), ("4.0", "5.5", "6.0")])
def test_titres_as_logarithms_or_fractions_are_refused(tmp_path: Path, titres: tuple[str, ...]) -> None:
    study = load_study("humoral_immunity")
    mice = study.cohort.values[study.cohort.values["endpoint"] == "titre"]
    rows = [[mouse.animal, mouse.group, titres[at % 3]] for at, mouse in enumerate(mice.itertuples())]
    path = tmp_path / "mice.csv"
    path.write_text(table(rows, ["animal", "group", "titre"]))
    with pytest.raises(InputError) as error:
        load_study("humoral_immunity", path)
    assert [problem.place for problem in error.value.problems] == ["all of titre"]
