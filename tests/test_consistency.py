"""A claim's verdict, figure, table and sentence show cells of results.csv and verdicts.csv that give the decision.

The rules are written out here a second time, as the guide to verdicts states them, so that a fault in
`secretome.claims` is seen.
"""

import math
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from secretome import adjudicate, analyse, load_study
from secretome.analysis import Method
from secretome.claims import (
    AS_CLAIMED,
    DIFFERENCE,
    Rule,
    decision_rows,
    examine,
    primary_results,
    rises,
    specifications,
)
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study
from secretome.protocol import Claim, EquivalenceMargin, sides, study_names
from secretome.report import figures, tables
from secretome.report import text as report_text

ALPHA = 0.05
# More cohorts take about a second each: run 200 after a change to the rules.
COHORTS = int(os.environ.get("CONSISTENCY_COHORTS", "30"))
SCENARIOS = [(name, scenario) for name in study_names() for scenario in load_study(name).protocol.simulation.scenarios]  # type: ignore[union-attr]
SIZES = (3, 4, 5, 8, 12, 20, 40)
# A thin space separates thousands.
INTERVAL = re.compile(r"([\d.]+) % interval ([^ ]+) to ([\d\u202f∞]+(?:\.\d+)?)")
P_VALUE = re.compile(r"\bp(?: of equivalence)? (=|<) (\d[\d.]*\d|\d)")


def planned(results: pd.DataFrame, endpoint: str, contrast: str, *, equivalence: bool = False) -> pd.Series:
    own = results[
        (results["endpoint"] == endpoint) & (results["contrast"] == contrast) & (results["analysis"] == "planned")
    ]
    rows = own[(own["alternative"] == "equivalence") == equivalence]
    assert len(rows) == 1
    return rows.iloc[0]


def n_of(row: pd.Series) -> int:
    return int(min(row["n_treated"], row["n_control"]))


def expected(study: Study, claim: Claim, results: pd.DataFrame) -> str:
    """The verdict by the printed rules, from the cells of results.csv alone."""
    tests = [planned(results, claim.endpoint, contrast) for contrast in claim.decisive_contrasts]
    if claim.kind == "trend":
        steps = results[
            (results["endpoint"] == claim.endpoint)
            & results["contrast"].isin(claim.adjacent)
            & (results["test"] == Method.ADJACENT_DOSES)
        ]
        return _trend(claim, tests[0], steps)
    same = [planned(results, claim.endpoint, contrast, equivalence=True) for contrast in claim.decisive_contrasts]
    margin = study.protocol.endpoints[claim.endpoint].equivalence_margin
    if claim.kind == "unchanged":
        return _unchanged(tests, same, margin)
    if claim.kind == "every":
        return _every(claim, tests, same)
    return _single(claim, tests[0], same[0])


def _single(claim: Claim, test: pd.Series, same: pd.Series) -> str:
    p, negligible = test["pvalue_adjusted"], same["pvalue"] <= ALPHA
    if (
        n_of(test) < 3
        or (math.isnan(p) and test["method"].startswith("exact"))
        or test["min_pvalue"] * len(claim.compared) > ALPHA
    ):
        return "untestable"
    if math.isnan(p):
        return "inconclusive"
    if p <= ALPHA:
        return "contradicted" if rises(test) != claim.rises else "inconclusive" if negligible else "supported"
    return "contradicted" if negligible else "inconclusive"


def _every(claim: Claim, tests: Sequence[pd.Series], same: Sequence[pd.Series]) -> str:
    for test, equal in zip(tests, same, strict=True):
        if n_of(test) < 3:
            continue
        flat = claim.negligible and equal["pvalue_adjusted"] <= ALPHA and test["pvalue_adjusted"] > ALPHA
        if flat or (test["pvalue_adjusted"] <= ALPHA and rises(test) != claim.rises):
            return "contradicted"
    if any(n_of(test) < 3 or test["min_pvalue"] > ALPHA for test in tests):
        return "untestable"
    claimed = all(test["pvalue"] <= ALPHA and rises(test) == claim.rises for test in tests)
    negligible = claim.negligible and any(equal["pvalue"] <= ALPHA for equal in same)
    return "supported" if claimed and not negligible else "inconclusive"


def _unchanged(tests: Sequence[pd.Series], same: Sequence[pd.Series], margin: EquivalenceMargin) -> str:
    if any(test["low_simultaneous"] > margin.high or test["high_simultaneous"] < margin.low for test in tests):
        return "contradicted"
    if any(n_of(test) < 3 for test in tests):
        return "untestable"
    inside = [margin.low <= equal["low"] and equal["high"] <= margin.high for equal in same]
    # Where an interval exists, it and the p of equivalence say the same.
    for equal, within in zip(same, inside, strict=True):
        if not math.isnan(equal["low"]):
            assert within == (equal["pvalue"] <= ALPHA)
    return "supported" if all(inside) else "inconclusive"


def _trend(claim: Claim, test: pd.Series, steps: pd.DataFrame) -> str:
    ranks = test["method"].startswith("exact")
    if n_of(test) < 3 or (math.isnan(test["pvalue"]) and ranks) or test["min_pvalue"] > ALPHA:
        return "untestable"
    if math.isnan(test["pvalue"]) or test["pvalue"] > ALPHA:
        return "inconclusive"
    if rises(test) != claim.rises:
        return "contradicted"
    return "inconclusive" if (steps["high"] < 1 if claim.rises else steps["low"] > 1).any() else "supported"


def same_cells(row: pd.Series, other: pd.Series, names: Sequence[str], prefix: str = "", suffix: str = "") -> None:
    for name in names:
        np.testing.assert_equal(float(row[f"{prefix}{name}"]), float(other[f"{name}{suffix}"]), err_msg=name)


def check_cells(study: Study, results: pd.DataFrame, verdict: pd.Series) -> None:
    """Every number of a verdict is a cell of the results, and p and interval are of one pair."""
    claim = study.protocol.claims[verdict["claim"]]
    equivalence = verdict["rule"] == Rule.SOME_NEGLIGIBLE
    if claim.kind == "unchanged":
        equivalence = verdict["rule"] != Rule.SOME_OUTSIDE
    source = planned(results, claim.endpoint, verdict["contrast"], equivalence=equivalence)
    same_cells(verdict, source, ("estimate", "pvalue"))
    if math.isnan(verdict["pvalue_adjusted"]):
        same_cells(verdict, source, ("low", "high", "level"))
        assert math.isnan(source["level_simultaneous"]) or claim.kind != "single" or len(claim.compared) == 1
    else:
        same_cells(verdict, source, ("pvalue_adjusted",))
        same_cells(verdict, source, ("low", "high", "level"), suffix="_simultaneous")
    if verdict["equivalence_contrast"]:
        source = planned(results, claim.endpoint, verdict["equivalence_contrast"], equivalence=True)
        same_cells(verdict, source, ("pvalue", "low", "high", "level"), prefix="equivalence_")
    if not verdict["bound_contrast"]:
        return
    source = planned(results, claim.endpoint, verdict["bound_contrast"])
    same_cells(verdict, source, ("estimate", "low", "high", "level"), prefix="bound_")
    if claim.kind == "every":
        side = "low" if claim.rises else "high"
        limits = [planned(results, claim.endpoint, contrast)[side] for contrast in claim.compared]
        assert verdict["bound"] == (min(limits) if claim.rises else max(limits))


def check_weakest(study: Study, results: pd.DataFrame, verdict: pd.Series) -> None:
    """A claim that every group differs has the largest unadjusted p, a claim of no change the largest equivalence p."""
    claim = study.protocol.claims[verdict["claim"]]
    called_largest = "largest" in report_text.verdict_p(study.protocol, verdict)
    if claim.kind not in ("every", "unchanged") or not (called_largest or verdict["verdict"] == "supported"):
        assert not called_largest
        return
    rows = [
        planned(results, claim.endpoint, contrast, equivalence=claim.kind == "unchanged") for contrast in claim.compared
    ]
    assert verdict["pvalue"] == max(row["pvalue"] for row in rows)
    assert math.isnan(verdict["pvalue_adjusted"])
    if not math.isnan(verdict["level"]):
        assert verdict["level"] == pytest.approx(1 - 2 * ALPHA if claim.kind == "unchanged" else 1 - ALPHA)


def printed(text: str) -> tuple[set[str], set[str]]:
    """The intervals and the p-values that a sentence prints."""
    intervals = {f"{level} % interval {low} to {high}" for level, low, high in INTERVAL.findall(text)}
    return intervals, {f"{sign} {value}" for sign, value in P_VALUE.findall(text)}


def cells(rows: Sequence[pd.Series]) -> tuple[set[str], set[str]]:
    """The intervals and p-values that these rows hold, as they are printed."""
    intervals, values = set(), set()
    for row in rows:
        for low, high, level in (
            ("low", "high", "level"),
            ("low_simultaneous", "high_simultaneous", "level_simultaneous"),
        ):
            intervals.add(report_text.interval({"low": row[low], "high": row[high], "level": row[level]}))
        for p in (row["pvalue"], row["pvalue_adjusted"]):
            text = report_text.p_number(p)
            values.add(text if text.startswith("<") else f"= {text}")
    return intervals, values


def check_sentence(text: str, rows: Sequence[pd.Series], population: str) -> None:
    """A sentence prints intervals and p-values of these rows and no other."""
    intervals, values = printed(text.replace(population, ""))
    of_rows, p_of_rows = cells(rows)
    assert intervals <= of_rows, (text, intervals - of_rows)
    assert values <= p_of_rows, (text, values - p_of_rows)


def rows_of(study: Study, results: pd.DataFrame, claim: Claim) -> list[pd.Series]:
    """The planned rows of a claim's contrasts, and of the steps of a trend."""
    contrasts = (*(claim.compared or (claim.contrast,)), *claim.adjacent)
    own = results[
        (results["endpoint"] == claim.endpoint)
        & results["contrast"].isin(contrasts)
        & (results["analysis"] == "planned")
    ]
    return [row for _, row in own.iterrows()]


def check_study(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Verdicts against results, and the sentences and tables about each claim against both."""
    verdicts = adjudicate(study, results)
    failed = {
        study.protocol.checks[row["check"]].endpoint
        for _, row in examine(study, results).iterrows()
        if row["outcome"] == "failed"
    }
    listed = tables.verdicts_table(study, verdicts)
    for position, (_, verdict) in enumerate(verdicts.iterrows()):
        claim = study.protocol.claims[verdict["claim"]]
        if claim.endpoint in failed:
            assert (verdict["verdict"], verdict["rule"]) == ("untestable", Rule.CHECK_FAILED)
            continue
        assert verdict["verdict"] == expected(study, claim, results), (verdict["claim"], verdict["rule"])
        check_cells(study, results, verdict)
        check_weakest(study, results, verdict)
        rows = rows_of(study, results, claim)
        check_sentence(report_text.verdict_sentence(study, verdict), rows, study.protocol.population)
        cell = listed.iloc[position]
        endpoints = [study.protocol.endpoints[each.endpoint] for each in study.protocol.claims.values()]
        assert cell[report_text.effects_title(endpoints)] == report_text.ratio(verdict)
        p = verdict["pvalue"] if math.isnan(verdict["pvalue_adjusted"]) else verdict["pvalue_adjusted"]
        assert cell["p"].endswith(report_text.p_number(p))
        assert ("adjusted" in cell["p"]) == (not math.isnan(verdict["pvalue_adjusted"]))
        check_pair(report_text.verdict_sentence(study, verdict), verdict)
    decided = primary_results(study, results)
    for _, row in decided.iterrows():
        check_sentence(report_text.result_sentence(study, row), [row], study.protocol.population)
    check_table(study, decided)
    return verdicts


def check_pair(text: str, verdict: pd.Series) -> None:
    """What a sentence says first is the verdict's own pair; adjusted p-values are called so."""
    intervals, values = printed(text)
    p = verdict["pvalue"] if math.isnan(verdict["pvalue_adjusted"]) else verdict["pvalue_adjusted"]
    if values:
        shown = report_text.p_number(p)
        assert (shown if shown.startswith("<") else f"= {shown}") in values
        assert ("adjusted p" in text) == (not math.isnan(verdict["pvalue_adjusted"]))
    if intervals and not math.isnan(verdict["level"]):
        assert report_text.interval(verdict) in intervals


def check_table(study: Study, rows: pd.DataFrame) -> None:
    """A table of planned results:

    the interval of the unadjusted p beside it, and the simultaneous interval beside the adjusted p.
    """
    table = tables.planned_table(study, rows)
    for (_, row), (_, shown) in zip(rows.iterrows(), table.iterrows(), strict=True):
        own = {name: text for name, text in shown.items() if str(name).endswith("each group on its own")}
        used = {name: text for name, text in shown.items() if str(name).endswith("as the claim uses it")}
        interval, p = used.values()
        assert interval == report_text.interval(row)
        together = any(
            claim.kind in ("every", "unchanged")
            and claim.endpoint == row["endpoint"]
            and row["contrast"] in claim.compared
            for claim in study.protocol.claims.values()
        )
        assert p.removeprefix("adjusted ") == report_text.p_number(
            row["pvalue"] if together else row["pvalue_adjusted"]
        )
        if together:
            interval, p = own.values()
            assert interval == report_text.simultaneous_interval(row)
            assert p == report_text.p_number(row["pvalue_adjusted"])


def drawn_intervals(axes: "figures.Axes") -> dict[float, tuple[float, float]]:
    """The vertical lines of a panel of ratios, by their place."""
    lines = [line for line in axes.lines if line.get_linewidth() == 2 and len(line.get_xdata()) == 2]
    return {float(line.get_xdata()[0]): tuple(map(float, line.get_ydata())) for line in lines}  # type: ignore[index,misc]


def check_figure(study: Study, results: pd.DataFrame, verdict: pd.Series) -> None:
    """The drawn intervals and the p-values over the brackets are those of the decisive rows, the verdict's included."""
    claim = study.protocol.claims[verdict["claim"]]
    rows = [row for _, row in decision_rows(study, results, verdict["claim"], verdict["rule"]).iterrows()]
    if study.protocol.design == "paired":
        figure, places = figures.paired_figure(study, claim, rows[0]), [0]
    else:
        figure = figures.groups_figure(study, claim.endpoint, rows)
        places = [list(study.protocol.groups).index(sides(row["contrast"])[0]) for row in rows]
    above, below = figure.axes
    drawn = drawn_intervals(below)
    texts = [text.get_text() for text in above.texts]
    for place, row in zip(places, rows, strict=True):
        if row["contrast"] == verdict["contrast"]:
            same_cells(verdict, row, ("estimate", "low", "high", "level", "pvalue"))
        if np.isfinite([row["low"], row["high"]]).all() and not math.isnan(row["estimate"]):
            assert drawn[place] == (row["low"], row["high"])
        p = row["pvalue"] if math.isnan(row["pvalue_adjusted"]) else row["pvalue_adjusted"]
        if not math.isnan(p):
            assert any(text.endswith(report_text.p_number(p)) for text in texts)
    levels = {report_text.percent(row["level"]) for row in rows if not math.isnan(row["level"])}
    assert all(level in below.get_ylabel() for level in levels)
    heads = " ".join(texts)
    assert ("adjusted" in heads) == any(report_text.is_adjusted(row) for row in rows)
    assert ("equivalence" in heads) == (rows[0]["alternative"] == "equivalence")


def check_curve(study: Study, results: pd.DataFrame, verdict: pd.Series) -> None:
    """The planned point of a specification curve is the verdict's p, and each axis holds p-values of one question."""
    claim = study.protocol.claims[verdict["claim"]]
    found = specifications(study, results, verdict["claim"])
    own = found[(found["question"] == AS_CLAIMED) & (found["analysis"] == "planned")]
    assert len(own) == 1
    if verdict["verdict"] != "contradicted" or claim.kind in ("single", "trend"):
        p = verdict["pvalue"] if math.isnan(verdict["pvalue_adjusted"]) else verdict["pvalue_adjusted"]
        assert own.iloc[0]["pvalue"] == p
        assert own.iloc[0]["contrast"] == verdict["contrast"]
        same_cells(verdict, own.iloc[0], ("estimate", "low", "high", "level"))
    check_answer(verdict, own.iloc[0]["answer"])
    if found["question"].nunique() > 1:
        with pytest.raises(ValueError, match="more than one question"):
            figures.specification_figure(study, found, ALPHA)
    for _, rows in found.groupby("question"):
        equivalence = rows["test"].str.startswith("tost_")
        assert (
            equivalence.all()
            if claim.kind == "unchanged" and rows["question"].iloc[0] == AS_CLAIMED
            else not equivalence.any()
        )
        known = rows[rows["pvalue"].notna()].reset_index(drop=True)
        # Each block of analyses has a panel of effects, one of p-values and one of specifications.
        panels = figures.specification_figure(study, rows, ALPHA).axes[1::3]
        points = [line for panel in panels for line in panel.lines]
        heights = sorted(
            y for line in points if line.get_linestyle() == "None" for y in np.atleast_1d(line.get_ydata())
        )
        assert heights == pytest.approx(sorted(known["pvalue"].clip(lower=1e-6)))
    assert (found["question"] == DIFFERENCE).any() == (claim.kind == "unchanged")


def check_answer(verdict: pd.Series, answer: str) -> None:
    """The planned point of a curve agrees with the verdict, except for effects that are shown to be small."""
    opposite = verdict["rule"] in (
        Rule.OPPOSITE,
        Rule.SOME_OPPOSITE,
    )
    assert (answer == "opposite") == opposite or answer == "none"
    if verdict["verdict"] == "supported":
        assert answer == "claimed"


@pytest.mark.parametrize("name", study_names())
def test_the_page_of_a_study_shows_the_numbers_of_its_tables(name: str) -> None:
    study = load_study(name)
    results = analyse(study)
    verdicts = check_study(study, results)
    for _, verdict in verdicts.iterrows():
        check_curve(study, results, verdict)
        if study.protocol.claims[verdict["claim"]].kind != "trend":
            check_figure(study, results, verdict)


def simulated() -> Iterator[Any]:
    """Studies, scenarios, sizes and seeds in turn; three of four are left to `make test-slow`."""
    for seed in range(COHORTS):
        drawn = (*SCENARIOS[seed % len(SCENARIOS)], SIZES[seed % len(SIZES)], seed)
        yield pytest.param(*drawn, marks=[pytest.mark.slow] * (seed % 4 > 0))


@pytest.mark.parametrize(("name", "scenario", "n", "seed"), list(simulated()))
def test_simulated_cohorts_are_decided_by_the_numbers_that_are_shown(
    name: str, scenario: str, n: int, seed: int
) -> None:
    study = simulate_study(name, scenario, n=n, seed=seed)
    results = analyse(study, ("published", "planned"))
    verdicts = check_study(study, results)
    if seed < len(SCENARIOS):
        for _, verdict in verdicts.iterrows():
            claim = study.protocol.claims[verdict["claim"]]
            drawn = claim.kind != "trend" and not study.protocol.is_survival(claim.endpoint)
            if drawn and verdict["rule"] != Rule.CHECK_FAILED:
                check_figure(study, results, verdict)
    for _, verdict in verdicts[verdicts["rule"] != Rule.CHECK_FAILED].iterrows():
        curve = specifications(study, results, verdict["claim"])
        check_answer(
            verdict, curve[(curve["question"] == AS_CLAIMED) & (curve["analysis"] == "planned")]["answer"].iloc[0]
        )


def test_the_titre_claim_reports_the_largest_p_and_the_smallest_limit() -> None:
    """Computed by hand from the six groups of the book's cohort:

    the largest p is of one group, the smallest limit of another.
    """
    study = load_study("humoral_immunity")
    verdict = adjudicate(study, analyse(study, ("planned",))).set_index("claim").loc["titre_rises"]
    assert (verdict["contrast"], verdict["bound_contrast"]) == ("im10 vs saline", "sc10 vs saline")
    assert verdict["pvalue"] == pytest.approx(0.0261, abs=5e-5)
    assert [verdict[name] for name in ("bound", "bound_estimate", "bound_low", "bound_high")] == pytest.approx(
        [1.09, 1.68, 1.09, 2.60], abs=0.005
    )
    assert (verdict["verdict"], verdict["verdict_as_published"]) == ("supported", "not analysed")


def test_without_published_rows_the_planned_verdict_is_the_same() -> None:
    study = load_study("humoral_immunity")
    results = analyse(study, ("published", "planned"))
    both = adjudicate(study, results)
    alone = adjudicate(study, results[results["analysis"] == "planned"])
    assert set(alone["verdict_as_published"]) == {"not analysed"}
    pd.testing.assert_frame_equal(alone.drop(columns="verdict_as_published"), both.drop(columns="verdict_as_published"))
    assert all("By the test" not in report_text.verdict_sentence(study, row) for _, row in alone.iterrows())
    with pytest.raises(ValueError, match="needs one planned row"):
        adjudicate(study, results[results["analysis"] == "published"])
