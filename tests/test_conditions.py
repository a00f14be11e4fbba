"""Conditions under which the error rate is not held:

found where a cohort shows them, and stated wherever its verdicts are.
"""

import math
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from typer.testing import CliRunner

from approved import check_approved
from rats import SEPSIS, Rats
from reruns import provenance
from secretome import analyse
from secretome.analysis.samples import Comparison, GroupSample
from secretome.claims import Condition, ConditionCode, adjudicate, conditions, examine
from secretome.claims.conditions import CONFOUNDED, MIN_LOSS_DIFFERENCE, WARNINGS, comparison_conditions
from secretome.cli import app
from secretome.cohort import Study, read_cohort
from secretome.cohort.simulate import simulate_study
from secretome.protocol import Protocol, notebooks_folder
from secretome.publish.published_dir import read_provenance
from secretome.report import text as report_text
from secretome.report.html import report_html
from secretome.report.page import Page
from secretome.report.tables import designs_table, missed

Label = Callable[[str, int], str]


def text(column: str, label: Label, absent: frozenset[str] = frozenset()) -> str:
    """The file of the plain rats with one more column; the animals `absent` have no values."""
    rows = [f"animal,group,il6,il4,{column}"]
    for group, values in Rats.plain["il6"].items():
        for i, (il6, il4) in enumerate(zip(values, Rats.plain["il4"][group], strict=True)):
            known = ("", "") if f"{group} {i}" in absent else (il6, il4)
            rows.append(f"{group} {i},{group},{known[0]},{known[1]},{label(group, i)}")
    return "\n".join(rows)


def codes(study: Study) -> set[ConditionCode]:
    return {condition.code for condition in conditions(study)}


@pytest.mark.parametrize(
    ("column", "label", "expected"),
    [
        ("cage", lambda group, _i: group, {ConditionCode.CAGE_CONFOUNDED}),
        ("batch", lambda group, _i: group, {ConditionCode.BATCH_CONFOUNDED}),
        ("plate", lambda group, _i: "1" if group in ("sham", "control") else "2", {ConditionCode.PLATE_CONFOUNDED}),
        ("cage", lambda group, i: f"{group}{i // 3}", {ConditionCode.CAGE_CONFOUNDED}),
        ("cage", lambda group, i: f"{group}{i // 2}", {ConditionCode.CAGES_WITHIN_GROUPS}),
        ("plate", lambda group, i: f"{group}{i // 2}", {ConditionCode.PLATES_WITHIN_GROUPS}),
        ("cage", lambda group, i: f"{group}{i}", set()),
        ("cage", lambda _group, _i: "", set()),
        ("cage", lambda _group, _i: "1", set()),
        ("cage", lambda _group, i: str(i // 2), {ConditionCode.CAGES_SHARED}),
        ("batch", lambda _group, i: str(i // 2), set()),
        (
            "plate",
            lambda group, i: "1" if (i < 3) == (group == "control") else "2" if i < 3 else "3" + group,
            {ConditionCode.PLATES_PARTLY_CROSSED},
        ),
        (
            "cage",
            lambda group, i: "" if i == 0 else f"{group}{i // 2}",
            {ConditionCode.CAGES_WITHIN_GROUPS, ConditionCode.CAGES_UNLABELLED},
        ),
    ],
)
def test_codes_of_cages_batches_and_plates(rats: Rats, column: str, label: Label, expected: set[ConditionCode]) -> None:
    assert codes(rats.read(text(column, label))) == expected


def test_a_plate_that_two_groups_share_concerns_the_others_only(rats: Rats) -> None:
    found = conditions(rats.read(text("plate", lambda group, _i: "1" if group in ("control", "t1") else "2")))
    assert {condition.groups for condition in found} == {("t2", "control")}


@pytest.mark.parametrize(("n", "lost", "warned"), [(20, 1, True), (40, 1, False), (40, 2, True), (21, 1, False)])
def test_unequal_losses_from_one_in_twenty(n: int, lost: int, warned: bool) -> None:
    assert math.isclose(MIN_LOSS_DIFFERENCE, 1 / 20)
    values = np.exp(np.linspace(3, 4, n))
    treated = GroupSample(values[lost:], values[lost:], missing=lost, dead=0, animals=n)
    control = GroupSample(values, values, missing=0, dead=0, animals=n)
    for groups in ((treated, control), (control, treated)):
        found = dict(comparison_conditions(Comparison(*groups)))
        assert (ConditionCode.UNEQUAL_LOSSES in found) == warned


def test_equal_losses_and_losses_in_no_compared_group_are_no_warning(rats: Rats) -> None:
    absent = frozenset({"control 0", "t1 0", "t2 0", "sham 0", "sham 1", "sham 2"})
    assert not codes(rats.read(text("note", lambda _group, _i: "", absent)))


@pytest.mark.parametrize("how", ["empty", "excluded", "dead", "no row"])
def test_losses_of_every_kind_count(rats: Rats, how: str) -> None:
    column = {"excluded": "exclude", "dead": "event"}.get(how, "note")
    mark = {"excluded": "haemolysed", "dead": "1"}.get(how, "")
    lines = text(
        column,
        lambda group, i: mark if (group, i) == ("t1", 0) else "",
        frozenset({"t1 0"} if how in ("empty", "dead") else ()),
    )
    if how == "no row":
        # One row per measurement: the animal is known by its other endpoint alone.
        lines = "animal,group,endpoint,value\n" + "\n".join(
            f"{group} {i},{group},{endpoint},{value}"
            for endpoint, groups in Rats.plain.items()
            for group, values in groups.items()
            for i, value in enumerate(values)
            if (endpoint, group, i) != ("il6", "t1", 0)
        )
    found = [each for each in conditions(rats.read(lines)) if each.code == ConditionCode.UNEQUAL_LOSSES]
    assert {(each.endpoint, each.groups) for each in found} >= {("il6", ("t1", "control"))}
    assert found[0].facts == {"lost_treated": 1, "lost_control": 0, "animals_treated": 6, "animals_control": 6}


def test_deaths_in_unequal_shares_are_found() -> None:
    found = conditions(simulate_study(SEPSIS, "deaths"))
    assert {(each.code, each.groups) for each in found} == {(ConditionCode.UNEQUAL_LOSSES, ("t1", "control"))}


def groups_of(
    treated: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    control: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    limit: float,
) -> Comparison:
    sides = []
    for logs in (treated, control):
        values = np.exp(logs)
        low, high = np.where(values < limit, 0.0, values), np.where(values < limit, limit, values)
        sides.append(GroupSample(low, high, missing=0, dead=0, animals=values.size))
    return Comparison(*sides)


@pytest.mark.parametrize(("spread", "limit", "warned"), [(3, 1.1, True), (1, 1.1, False), (3, 0.01, False)])
def test_heavy_censoring_beside_unequal_spread(spread: float, limit: float, warned: bool) -> None:
    """Both are needed: over half of a group censored, and spreads that differ or that cannot be compared."""
    logs = 0.5 * np.array([-1.5, -1, -0.7, -0.4, -0.1, 0.1, 0.3, 0.6, 1, 1.5])
    found = dict(comparison_conditions(groups_of(spread * logs, logs, limit)))
    assert (ConditionCode.CENSORED_UNEQUAL_SPREAD in found) == warned
    nothing_seen = dict(comparison_conditions(groups_of(logs - 9, logs, 1.1)))
    assert "spread_ratio" not in nothing_seen[ConditionCode.CENSORED_UNEQUAL_SPREAD]


@pytest.mark.parametrize(("n", "skewed", "warned"), [(3, True, True), (3, False, False), (5, True, False)])
def test_unequal_sizes_beside_skewed_logs(n: int, skewed: bool, warned: bool) -> None:
    """Both are needed: one group three times the other, and skewed logarithms."""
    ranks = (np.arange(12) + 0.5) / 12
    larger = -np.log(1 - ranks) if skewed else np.log(ranks / (1 - ranks))
    for groups in ((np.linspace(0, 1, n), larger), (larger, np.linspace(0, 1, n))):
        assert (ConditionCode.UNEQUAL_N_SKEWED in dict(comparison_conditions(groups_of(*groups, limit=0)))) == warned


def test_groups_that_decide_nothing_have_no_condition(rats: Rats) -> None:
    assert not conditions(rats({"t1": [48, 61], "t2": []}, {"t2": [20, 21]}))


def test_the_result_by_cages_is_the_row_of_the_results(rats: Rats) -> None:
    study = rats.read(text("cage", lambda group, i: f"{group}{i // 2}"))
    results = analyse(study)
    found = conditions(study, results)
    assert len(found) == 3
    for condition in found:
        treated, control = condition.groups
        rows = results[(results["endpoint"] == condition.endpoint) & (results["contrast"] == f"{treated} vs {control}")]
        row = rows[rows["method"].str.contains("cage means")].iloc[0]
        assert (condition.estimate, condition.low, condition.high, condition.level, condition.pvalue) == (
            row["estimate"],
            row["low"],
            row["high"],
            row["level"],
            row["pvalue_adjusted"],
        )
        details = report_text.condition_sentences(study, found, warnings=True)[0].details
        assert report_text.p_value(row["pvalue_adjusted"]) in details
        assert report_text.interval(row) in details


def test_verdicts_do_not_change(rats: Rats) -> None:
    plain, caged = rats.read(text("note", lambda _group, _i: "")), rats.read(text("cage", lambda group, _i: group))
    verdicts = [adjudicate(study, analyse(study, ("published", "planned"))) for study in (plain, caged)]
    assert verdicts[0].equals(verdicts[1])


def test_sentences_on_every_condition_match_the_approved_text(rats: Rats) -> None:
    names = ("n", "lost", "animals", "censored")
    facts = {f"{name}_{side}": 3.0 for name in names for side in ("treated", "control")}
    of_both = ("n", "shared", "animals_shared", "unlabelled", "spread_ratio", "skewness", "skewness_limit")
    facts |= dict.fromkeys(of_both, 2.0)
    shown: dict[str, object] = {}
    for code in ConditionCode:
        found = [Condition(code, "il6", ("t1", "control"), facts)]
        (only,) = report_text.condition_sentences(rats(), found, warnings=code in WARNINGS)
        assert only.code == code
        assert not report_text.condition_sentences(rats(), found, warnings=code not in WARNINGS)
        shown[code.value] = (only.statement, only.details, *report_text.batch_warnings([found, []]))
    study = rats.read(text("cage", lambda group, i: f"{group}{i // 2}"))
    by_cages = report_text.condition_sentences(study, conditions(study, analyse(study)), warnings=True)
    check_approved("condition_warnings", shown | {"cages within groups, with results": by_cages[0].details})


def test_no_confounded_cohort_is_called_a_test(rats: Rats) -> None:
    status = {}
    for column, code in CONFOUNDED.items():
        study = rats.read(text(column, lambda group, _i: group))
        assert code in codes(study)
        status[column] = report_text.cohort_status_sentence(
            study, adjudicate(study, analyse(study, ("published", "planned")))
        )
    check_approved("status_of_confounded_cohorts", status)


def test_report_page_and_commands_warn_above_the_verdicts(rats: Rats, tmp_path: Path) -> None:
    study = rats.read(text("plate", lambda group, _i: group))
    results = analyse(study)
    found = conditions(study, results)
    report = BeautifulSoup(
        report_html(
            nbformat.v4.new_notebook(), study, adjudicate(study, results), examine(study, results), {}, found=found
        ),
        "html.parser",
    )
    banner = report.select_one("header [data-condition=plate_confounded]")
    assert banner is not None
    verdicts = report.select_one("header .verdicts")
    assert verdicts is not None
    assert banner in verdicts.find_all_previous(attrs={"data-condition": True})
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher(shell=shell)
    try:
        Page(study).banner(results)
        assert 'data-condition="plate_confounded"' in shell.display_pub.outputs[0]["data"]["text/html"]
    finally:
        InteractiveShell.clear_instance()
    file = tmp_path / "rats.csv"
    file.write_text(text("plate", lambda group, _i: group), encoding="utf-8")
    checked = CliRunner().invoke(app, ["check", SEPSIS, str(file)])
    assert checked.exit_code == 0
    statement = report_text.condition_sentences(study, found, warnings=True)[0].statement
    assert f"Warning: {statement}" in checked.output


def test_conditions_survive_provenance(rats: Rats, tmp_path: Path) -> None:
    """A published rerun has no animals: what it says of conditions comes from its provenance."""
    study = rats.read(text("cage", lambda group, i: f"{group}{i // 2}"))
    found = conditions(study, analyse(study))
    provenance(conditions=found).write(tmp_path)
    assert read_provenance(tmp_path).conditions == found


def test_batch_warnings_count_cohorts_by_code() -> None:
    """Conditions under which the error rate is held are not counted."""

    def found(*codes: str) -> list[Condition]:
        return [Condition(ConditionCode(code), "il6", ("t1", "control")) for code in codes]

    quiet = found("cages_shared")
    batch = [found("plate_confounded", "cages_shared"), found("plate_confounded", "unequal_losses"), quiet, []]
    sentences = report_text.batch_warnings(batch)
    assert len(sentences) == 3
    assert [re.findall(r"\d+", sentence) for sentence in sentences] == [["2", "4"], ["2"], ["1"]]
    assert "Plate" in sentences[1]
    assert report_text.batch_warnings([quiet, []]) == []


@pytest.mark.parametrize(
    ("plates", "expected"), [("{group}", {ConditionCode.PLATE_CONFOUNDED}), ("{donor}", set()), ("1", set())]
)
def test_pairs_on_a_plate_for_each_condition(protocol: Protocol, plates: str, expected: set[ConditionCode]) -> None:
    """A pair that shares its plate is compared within it; a plate for each condition is confounded with it."""
    rows = ["animal,group,foxp3_cd25pos,foxp3_cd25neg,plate"]
    for donor, before, after in (("d1", 3.4, 4.4), ("d2", 2.1, 3.5), ("d3", 5.0, 5.5), ("d4", 1.4, 2.4)):
        for group, value in (("without", before), ("with_cm", after)):
            rows.append(f"{donor},{group},{value},{value / 2},{plates.format(group=group, donor=donor)}")
    study = Study(protocol, read_cohort(Path("donors.csv"), protocol, "\n".join(rows).encode()), source_data=False)
    assert codes(study) == expected


def test_measured_rates_agree_with_the_warnings() -> None:
    """The rules hold without a condition and by cage means; each other failure is a condition with a warning."""
    rates = pd.read_csv(notebooks_folder() / "benchmarks" / "conditions.csv")
    cells = rates[rates["supported"].notna()].set_index(["condition", "n", "analysis"])
    held = cells["supported"] <= 0.025 + 2 * cells["error"]
    for condition, n, analysis in cells.index:
        if condition == "no condition" or analysis == "cage means":
            assert held[condition, n, analysis]
    assert (cells.loc[~held, "warned"] > 0.5).all()
    ordinary = rates[rates["supported"].isna() & rates["condition"].str.contains(r", (?:as_published|null)$")]
    assert (ordinary["warned"] <= 0.02).all()
    deaths = rates[rates["condition"].str.endswith("deaths")].set_index("analysis")["warned"]
    assert deaths["unequal_losses"] == 1


def test_coverage_is_marked_by_the_rule_for_error_rates() -> None:
    """Both are marked if they miss the nominal level, 5 or 95 %, by more than twice their error."""
    near = {"kind": ["size", "size", "coverage", "coverage"], "share": [0.052, 0.059, 0.948, 0.941], "error": 0.004}
    assert missed(pd.DataFrame(near)).index.tolist() == [1, 3]
    design = {"design": "", "condition": "", "supported": 0.025, "error": 0.001, "covered": [0.949, 0.941]}
    cells = designs_table(pd.DataFrame({**design, "cohorts": 20_000}))["Intervals that cover"]
    assert cells.str.contains("too rarely").tolist() == [False, True]
