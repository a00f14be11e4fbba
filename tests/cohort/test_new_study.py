"""A study made from a table: what its columns are taken for, and what is a question."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from guinea_pigs import LENGTHS
from secretome import adjudicate, analyse, load_study
from secretome.cohort.new_study import new_study
from secretome.protocol import InputError, Protocol, load_protocol


def write(folder: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    path = folder / "measured.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def teeth(folder: Path) -> Path:
    """R's data set ToothGrowth as its function write.csv writes it, with row numbers in a column without a name."""
    dose = {"05": 0.5, "1": 1, "2": 2}
    rows = [(value, group[:2].upper(), dose[group[2:]]) for group, values in LENGTHS.items() for value in values]
    numbered = [(number, *row) for number, row in enumerate(rows, start=1)]
    return write(folder, ("", "len", "supp", "dose_mg"), numbered)


def panel(folder: Path) -> Path:
    """Twelve cytokines in four groups of six mice, some below the limit, with the sex and a weight."""
    rng = np.random.default_rng(12)
    rows: list[list[object]] = []
    for group, factor in (("vehicle", 1.0), ("low", 1.2), ("middle", 1.6), ("high", 2.4)):
        for number in range(6):
            values: list[object] = [round(40 * factor * rng.lognormal(0, 0.4), 1) for _ in range(12)]
            if group == "vehicle" and number == 0:
                values[0] = "<15.6"
            rows.append([f"{group}-{number}", group, "mf"[number % 2], *values, "seen"])
    header = ["Mouse ID", "treatment", "Sex", *(f"IL-{number} (pg/mL)" for number in range(1, 13)), "remark"]
    return write(folder, header, rows)


def made(folder: Path, file: Path, groups: Sequence[str] = (), **options: bool) -> tuple[Path, Protocol]:
    study = new_study("own_study", file, folder, groups, **options)
    return study.folder, load_protocol(study.folder / "protocol.yml")


def test_two_factors_become_groups_with_doses_comparisons_and_trends(tmp_path: Path) -> None:
    folder, protocol = made(tmp_path, teeth(tmp_path), ("supp", "dose_mg"))
    assert {key: (group.dose, group.dose_unit) for key, group in protocol.groups.items()} == {
        "oj_0_5": (0.5, "mg"),
        "oj_1": (1, "mg"),
        "oj_2": (2, "mg"),
        "vc_0_5": (0.5, "mg"),
        "vc_1": (1, "mg"),
        "vc_2": (2, "mg"),
    }
    kinds = {key: (claim.kind, claim.contrast) for key, claim in protocol.claims.items()}
    assert kinds == {
        "len_vc_0_5": ("single", "vc_0_5 vs oj_0_5"),
        "len_vc_1": ("single", "vc_1 vs oj_1"),
        "len_vc_2": ("single", "vc_2 vs oj_2"),
        "len_dose_oj": ("trend", "trend OJ"),
        "len_dose_vc": ("trend", "trend VC"),
    }
    verdicts = adjudicate(study := load_study(folder), analyse(study)).set_index("claim")["verdict"]
    assert verdicts[["len_dose_oj", "len_dose_vc"]].tolist() == ["supported", "supported"]
    # Higher with ascorbic acid is suggested; lower is true.
    assert verdicts["len_vc_0_5"] == "contradicted"


def test_panel_of_twelve_has_its_units_kinds_and_is_one_family(tmp_path: Path) -> None:
    study = new_study("own_study", panel(tmp_path), tmp_path)
    protocol = load_protocol(study.folder / "protocol.yml")
    assert {(about.unit, about.kind) for about in protocol.endpoints.values()} == {("pg/mL", "concentration")}
    assert len(protocol.endpoints) == 12
    assert [group.role for group in protocol.groups.values()] == ["control", "treated", "treated", "treated"]
    assert len(protocol.claims) == 12 * 3
    assert {claim.panel for claim in protocol.claims.values()} == {*protocol.panels}
    assert [panel.size for panel in protocol.panels.values()] == [12 * 3]
    assert study.unused == ("remark",)
    loaded = load_study(study.folder)
    values = loaded.cohort.values
    assert set(values["animal"]) == {f"{group}-{n}" for group in ("vehicle", "low", "middle", "high") for n in range(6)}
    assert set(values["sex"]) == {"m", "f"}
    below = values[(values["endpoint"] == "il_1") & (values["lower"] < values["upper"])]
    assert below["upper"].tolist() == [15.6]


def test_claims_are_suggested_for_the_named_endpoints_of_a_panel_that_keeps_all(tmp_path: Path) -> None:
    study = new_study("own_study", panel(tmp_path), tmp_path, claimed=["IL-6", "IL-10 (pg/mL)"])
    protocol = load_protocol(study.folder / "protocol.yml")
    assert [claim.endpoint for claim in protocol.claims.values()] == ["il_6"] * 3 + ["il_10"] * 3
    assert [panel.size for panel in protocol.panels.values()] == [12 * 3]


def test_claim_of_no_endpoint_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    file = panel(tmp_path)
    with pytest.raises(InputError) as refused:
        new_study("own_study", file, tmp_path, claimed=["TNF"])
    assert refused.value.problems[0].file == "--claim"
    assert not (tmp_path / "own_study").exists()


@pytest.mark.parametrize("column", [("dose_mg", "0", "10"), ("treatment", "vehicle", "drug")])
def test_two_factors_with_a_control_each_compare_within_and_suggest_an_interaction(
    tmp_path: Path, column: tuple[str, str, str]
) -> None:
    name, none, some = column
    rows = [
        (sex, level, 20 + n + len(sex + level) / 10)
        for sex in ("female", "male")
        for level in (none, some)
        for n in range(4)
    ]
    file = write(tmp_path, ("rat", "sex", name, "il6 (pg/mL)"), [(n, *row) for n, row in enumerate(rows)])
    folder, protocol = made(tmp_path, file, ("sex", name))
    assert [group.role for group in protocol.groups.values()] == ["control", "treated"] * 2
    pairs = [f"{sex}_{some} vs {sex}_{none}" for sex in ("female", "male")]
    assert [claim.contrast for claim in protocol.claims.values() if claim.kind == "single"] == pairs
    (interaction,) = [claim for claim in protocol.claims.values() if claim.kind == "interaction"]
    assert list(interaction.effects) == pairs
    study = load_study(folder)
    assert len(adjudicate(study, analyse(study))) == 3


def test_animals_in_two_groups_are_a_question(tmp_path: Path) -> None:
    rows = [
        (donor, group, 10 * n + donor % 3) for n, group in enumerate(("without", "with"), 1) for donor in range(1, 9)
    ]
    file = write(tmp_path, ("donor", "group", "share (%)"), rows)
    with pytest.raises(InputError) as refused:
        made(tmp_path, file)
    assert [problem.place for problem in refused.value.problems] == ["column 'donor'"]
    assert not (tmp_path / "own_study").exists()
    folder, protocol = made(tmp_path, file, paired=True)
    assert (protocol.design, protocol.by) == ("paired", "animal")
    assert len(load_study(folder).pairs("share", *protocol.pair)) == 8


def test_values_that_are_not_above_zero_are_compared_by_differences(tmp_path: Path) -> None:
    rows = [(group, number * 1.5 - 4) for group in ("vehicle", "drug") for number in range(5)]
    folder, protocol = made(tmp_path, write(tmp_path, ("group", "change of weight (g)"), rows))
    about = protocol.endpoints["change_of_weight"]
    assert (about.scale, about.equivalence_margin.scale) == ("linear", "linear")
    assert (about.equivalence_margin.low, about.equivalence_margin.high) == (-0.6, 0.6)
    assert set(adjudicate(study := load_study(folder), analyse(study))["verdict"]) == {"inconclusive"}


def test_unpaired_animals_of_one_name_get_the_name_of_their_group(tmp_path: Path) -> None:
    rows = [(animal, group, 3.5 + animal) for group in ("vehicle", "drug") for animal in (1, 2, 3, 4)]
    folder, protocol = made(tmp_path, write(tmp_path, ("animal", "group", "weight (g)"), rows), paired=False)
    assert protocol.design == "independent"
    assert load_study(folder).cohort.values["animal"].nunique() == 8


REFUSED: dict[str, tuple[Sequence[str], Sequence[Sequence[object]], str]] = {
    "repeated measurements": (
        ("animal", "group", "value"),
        [("a", "x", 1.5), ("a", "x", 1.7), ("b", "y", 2.5), ("b", "y", 2.2)],
        "column 'animal'",
    ),
    "animal without a group": (("group", "length"), [("x", 1.5), ("x", 2.5), ("", 2.5), ("y", 2), ("y", 3)], "row 4"),
    "column without a name": (("group", "", "length"), [("x", "a", 1.5), ("y", "b", 2.5)], "row 1"),
    "two columns of one name": (("group", "length", "length"), [("x", 1, 1.5), ("y", 1, 2.5)], "row 1"),
    "two columns of groups": (
        ("diet", "house", "length"),
        [("x", "h", 1.5), ("x", "k", 2.5), ("y", "h", 3.5), ("y", "k", 1.9)],
        "row 1",
    ),
    "no measurement": (("group", "remark"), [("x", "a"), ("x", "b"), ("y", "c"), ("y", "d")], "row 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_table_with_two_meanings_is_refused_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    header, rows, place = REFUSED[case]
    with pytest.raises(InputError) as refused:
        made(tmp_path, write(tmp_path, header, rows))
    assert [problem.place for problem in refused.value.problems] == [place]
    assert all(problem.remedy or problem.expected for problem in refused.value.problems)
    assert [path.name for path in tmp_path.iterdir()] == ["measured.csv"]


def test_protocol_begins_with_its_schema_and_marks_choices(tmp_path: Path) -> None:
    folder, _ = made(tmp_path, teeth(tmp_path), ("supp", "dose_mg"))
    lines = (folder / "protocol.yml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=protocol.schema.json"
    assert (folder / "protocol.schema.json").is_file()
    # What the file does not say is marked.
    for key in ("title", "setting", "species", "experimental_unit", "unit", "kind", "role", "direction", "sentence"):
        own = [line for line in lines if line.strip().startswith(f"{key}:") and "kind: single" not in line]
        assert own
        assert all("  # CHOOSE" in line for line in own if "kind: trend" not in line), key


TIMES, DIED = (3, 4, 4, 6, 7, 9, 5, 9, 12, 14, 14, 14), (1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0)


def deaths(folder: Path, time: str, event: str, codes: Sequence[object] = (0, 1), weights: str = "") -> Path:
    header = ("mouse", "treatment", time, event, *([weights] if weights else []))
    rows = [
        (f"m{at}", "vehicle" if at < 6 else "drug", days, codes[died], *([20 + at / 3] if weights else []))
        for at, (days, died) in enumerate(zip(TIMES, DIED, strict=True))
    ]
    return write(folder, header, rows)


@pytest.mark.parametrize(
    ("time", "event", "codes", "unit"),
    [
        ("time (h)", "event", (0, 1), "h"),
        ("days", "died", ("no", "yes"), "d"),
        ("survival_days", "Status", ("alive", "dead"), "d"),
        ("Survival time [days]", "dead", (0, 1), "d"),
        ("time_to_death (hours)", "alive", ("alive", "dead"), "h"),
        ("time", "death", (0, 1), ""),
    ],
)
def test_columns_of_times_and_events_become_survival(
    tmp_path: Path, time: str, event: str, codes: Sequence[object], unit: str
) -> None:
    study = new_study("own_study", deaths(tmp_path, time, event, codes), tmp_path)
    found = study.survival
    assert found is not None
    assert (found.time, found.event, found.unit) == (time, event, unit)
    protocol = load_protocol(study.folder / "protocol.yml")
    assert list(protocol.endpoints) == ["survival"] and protocol.survival == "survival"
    assert list(protocol.claims) == ["survival_drug"]
    marked = "# CHOOSE: h or d" in (study.folder / "protocol.yml").read_text(encoding="utf-8")
    assert marked == (unit == "") and protocol.endpoints["survival"].unit == (unit or "d")
    values = load_study(study.folder).cohort.values
    assert values["lower"].tolist() == list(TIMES)
    assert values["value"].notna().tolist() == [died == 1 for died in DIED]


def test_survival_stands_beside_other_measurements(tmp_path: Path) -> None:
    study = new_study("own_study", deaths(tmp_path, "days", "died", weights="weight (g)"), tmp_path)
    assert (study.endpoints, study.unused) == (("weight (g)",), ())
    assert list(load_protocol(study.folder / "protocol.yml").endpoints) == ["weight", "survival"]


@pytest.mark.parametrize(
    ("time", "event", "codes", "place"),
    [
        ("days", "status", (1, 2), "column 'status'"),
        ("days", "alive", (0, 1), "column 'alive'"),
        ("days", "censored", ("no", "yes"), "column 'censored'"),
        ("days", "event", ("a", "b"), "column 'event'"),
        ("weeks", "died", (0, 1), "row 1"),
        ("survival (months)", "died", (0, 1), "row 1"),
    ],
)
def test_uncertain_codes_and_units_of_survival_are_questions(
    tmp_path: Path, time: str, event: str, codes: Sequence[object], place: str
) -> None:
    with pytest.raises(InputError) as refused:
        new_study("own_study", deaths(tmp_path, time, event, codes), tmp_path)
    assert [problem.place for problem in refused.value.problems] == [place]
    assert not (tmp_path / "own_study").exists()
