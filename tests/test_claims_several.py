"""Claims about many groups:

every, unchanged, trend; each verdict arises, and the rates are those that were promised.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from secretome import adjudicate, analyse, load_study, stats
from secretome.analysis import Method
from secretome.claims import Rule
from secretome.cohort import Study, read_cohort
from secretome.cohort.simulate import simulate, simulate_study
from secretome.protocol import load_protocol, study_folder

HUMORAL = "humoral_immunity"
PROTOCOL = load_protocol(study_folder(HUMORAL) / "protocol.yml")
ARMS = ("im10", "im20", "im50", "sc10", "sc20", "sc50")
WIGGLE = np.array([0.9, 1.1, 0.95, 1.05, 1.0, 0.97, 1.03, 1.0])


def mice(
    afc: Mapping[str, float],
    titre: Mapping[str, Sequence[float]] | None = None,
    phagocytosis: Mapping[str, float] | None = None,
) -> Study:
    """Eight mice a group that differ by a factor, each with the same small spread; a factor of 0 leaves a group out."""
    factors = {"saline": 1.0, "thymalin": 2.5, **dict.fromkeys(ARMS, 5.0)} | dict(afc)
    rows = ["animal,group,endpoint,value"]
    for group, factor in factors.items():
        if factor:
            rows += [f"{group}{i},{group},afc,{12000 * factor * wiggle:.0f}" for i, wiggle in enumerate(WIGGLE)]
            steps = (titre or {}).get(
                group, [4, 5, 4, 3, 4, 5, 4, 3] if group in ("saline", "thymalin") else [7, 8, 7, 6, 7, 8, 7, 6]
            )
            rows += [f"{group}{i},{group},titre,{2**step:g}" for i, step in enumerate(steps)]
            share = 45 * (phagocytosis or {}).get(group, 1.0)
            rows += [
                f"{group}{i},{group},phagocytosis,{share * (1 + (wiggle - 1) / 2):.1f}"
                for i, wiggle in enumerate(WIGGLE)
            ]
    return Study(PROTOCOL, read_cohort(Path("mice.csv"), PROTOCOL, "\n".join(rows).encode()), source_data=False)


def verdicts_of(study: Study) -> pd.DataFrame:
    return adjudicate(study, analyse(study, ("published", "planned"))).set_index("claim")


@pytest.mark.parametrize(
    ("afc", "verdict", "rule"),
    [
        ({}, "supported", Rule.EVERY_CLAIMED),
        ({"im10": 1.12}, "inconclusive", Rule.SOME_SMALL),
        ({"im10": 1.0}, "contradicted", Rule.SOME_NEGLIGIBLE),
        ({"im10": 0.3}, "contradicted", Rule.SOME_OPPOSITE),
        ({"im10": 0.3, "sc50": 0}, "contradicted", Rule.SOME_OPPOSITE),
        ({"sc50": 0}, "untestable", Rule.SOME_TOO_FEW),
        ({"saline": 0}, "untestable", Rule.SOME_TOO_FEW),
    ],
)
def test_every_group_must_rise(afc: dict[str, float], verdict: str, rule: str) -> None:
    """A group that contradicts outweighs one that is absent.

    A ratio of 1.12 with this spread is a rise smaller than the margin.
    """
    row = verdicts_of(mice(afc)).loc["afc_rises"]
    assert (row["verdict"], row["rule"]) == (verdict, rule)


def test_a_group_that_is_not_shown_to_rise_leaves_the_claim_open() -> None:
    row = verdicts_of(mice({}, titre={"im10": [3, 7, 5, 2, 6, 5, 4, 5]})).loc["titre_rises"]
    assert (row["verdict"], row["rule"], row["contrast"]) == (
        "inconclusive",
        Rule.SOME_NOT_SIGNIFICANT,
        "im10 vs saline",
    )


def test_the_p_of_a_claim_about_all_is_the_largest_and_not_adjusted() -> None:
    results = analyse(mice({"im10": 1.6}), ("published", "planned"))
    rows = results.query("endpoint == 'afc' and alternative != 'equivalence' and analysis == 'planned'")
    rows = rows[rows["contrast"].isin(PROTOCOL.claims["afc_rises"].contrasts)]
    row = adjudicate(mice({"im10": 1.6}), results).set_index("claim").loc["afc_rises"]
    assert row["pvalue"] == rows["pvalue"].max()
    assert np.isnan(row["pvalue_adjusted"])
    assert row["level"] == pytest.approx(0.95)
    assert row["bound"] == rows["low"].min()


def test_a_claim_without_a_margin_needs_significance_alone() -> None:
    """Six groups 1.2 times Thymalin: the 90 % intervals end inside the margin, and the claim has no clause about it."""
    study = mice(dict.fromkeys(ARMS, 2.5 * 1.15))
    results = analyse(study, ("planned", "published"))
    inside = results.query("endpoint == 'afc' and alternative == 'equivalence'")
    assert (inside[inside["contrast"].str.endswith("thymalin")]["pvalue"] <= 0.05).all()
    assert adjudicate(study, results).set_index("claim").loc["afc_beats_reference", "verdict"] == "supported"


@pytest.mark.parametrize(
    ("shares", "verdict", "rule", "published"),
    [
        ({}, "supported", Rule.ALL_EQUIVALENT, "inconclusive"),
        ({"im50": 1.15}, "supported", Rule.ALL_EQUIVALENT, "contradicted"),
        ({"im50": 1.24}, "inconclusive", Rule.SOME_NOT_EQUIVALENT, "contradicted"),
        ({"im50": 1.5}, "contradicted", Rule.SOME_OUTSIDE, "contradicted"),
    ],
)
def test_unchanged_is_shown_by_intervals_and_never_by_a_large_p(
    shares: dict[str, float], verdict: str, rule: str, published: str
) -> None:
    row = verdicts_of(mice({}, phagocytosis=shares)).loc["phagocytosis_unchanged"]
    assert (row["verdict"], row["rule"], row["verdict_as_published"]) == (verdict, rule, published)


@pytest.mark.parametrize(
    ("afc", "verdict", "rule"),
    [
        ({"im10": 3, "im20": 5, "im50": 9}, "supported", Rule.TREND_CLAIMED),
        ({"im10": 9, "im20": 5, "im50": 3}, "contradicted", Rule.OPPOSITE),
        ({"im10": 5, "im20": 2, "im50": 9}, "inconclusive", Rule.DOSE_REVERSAL),
        ({"im10": 5, "im20": 5, "im50": 5}, "inconclusive", Rule.NOT_SIGNIFICANT),
        ({"im10": 5, "im20": 0, "im50": 5}, "untestable", Rule.SOME_TOO_FEW),
    ],
)
def test_a_trend_is_a_slope_without_a_step_back(afc: dict[str, float], verdict: str, rule: str) -> None:
    row = verdicts_of(mice(afc)).loc["afc_dose_im"]
    assert (row["verdict"], row["rule"]) == (verdict, rule)


def test_the_slope_is_least_squares_on_log_dose_with_welchs_error() -> None:
    study = load_study(HUMORAL)
    results = analyse(study, ("planned", "published"))
    row = results[(results["contrast"] == "trend im") & (results["analysis"] == "planned")].iloc[0]
    values = study.cohort.values.query("endpoint == 'afc'")
    logs = [np.log(values.loc[values["group"] == group, "value"].to_numpy()) for group in ("im10", "im20", "im50")]
    x = np.log([10, 20, 50])
    fitted = np.polyfit(x, [one.mean() for one in logs], 1)[0]
    weights = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    error = np.sqrt(sum(w**2 * one.var(ddof=1) / one.size for w, one in zip(weights, logs, strict=True)))
    assert row["estimate"] == pytest.approx(np.exp(fitted * np.log(5)))
    assert row["statistic"] == pytest.approx(fitted / error)
    ranks = results[(results["contrast"] == "trend im") & (results["analysis"] == "published")].iloc[0]
    assert ranks["pvalue"] == pytest.approx(stats.jonckheere_terpstra(logs).pvalue)


def test_saline_takes_no_part_in_the_trend() -> None:
    """A plateau far above saline is no dependence on the dose."""
    one, other = (
        verdicts_of(mice({"im10": 5, "im20": 5, "im50": 5, "saline": level})).loc["afc_dose_im"] for level in (1, 4.9)
    )
    assert one["pvalue"] == other["pvalue"]
    assert one["verdict"] == "inconclusive"


def test_three_a_group_cannot_speak_as_published() -> None:
    """The smallest p of three against three is 0.1, and that of Jonckheere over three doses of three is 0.0012."""
    row = verdicts_of(simulate_study(HUMORAL, n=3, seed=2))
    assert set(row.loc[["afc_rises", "afc_beats_reference", "titre_rises"], "verdict_as_published"]) == {"untestable"}
    assert row.loc["afc_dose_im", "verdict_as_published"] != "untestable"


def test_a_zero_count_crashes_nothing_and_lets_the_ranks_decide() -> None:
    study = simulate_study(HUMORAL, seed=3)
    values = study.cohort.values
    first = values.index[(values["endpoint"] == "afc") & (values["group"] == "saline")][0]
    values.loc[first, ["value", "lower", "upper"]] = 0.0
    results = analyse(study)
    saline = results[
        results["contrast"].str.endswith("vs saline")
        & (results["endpoint"] == "afc")
        & (results["analysis"] == "planned")
    ]
    tests = saline[(saline["alternative"] != "equivalence") & (saline["contrast"] != "thymalin vs saline")]
    assert set(tests["test"]) == {Method.MANN_WHITNEY}
    assert verdicts_of(study).loc["afc_rises", "verdict"] == "supported"


def test_magnitude_is_said_and_never_decides() -> None:
    row = verdicts_of(mice({"im10": 2.0})).loc["afc_rises"]
    assert (row["verdict"], row["magnitude"]) == ("supported", "smaller")


def test_large_cohorts_of_the_published_world() -> None:
    """Forty a group: all is supported but the claim whose own truth of 1.2 lies in the margin."""
    verdicts = verdicts_of(simulate_study(HUMORAL, n=40, seed=4))["verdict"].to_dict()
    del verdicts["afc_beats_reference"]
    assert set(verdicts.values()) == {"supported"}


def test_the_reversed_world_is_contradicted() -> None:
    verdicts = verdicts_of(simulate_study(HUMORAL, "reversed", n=40, seed=4))
    assert set(verdicts["verdict"]) == {"contradicted"}


def test_counts_titres_and_percentages_are_drawn_as_assumed() -> None:
    drawn = simulate(PROTOCOL, n=6000, seed=1)
    # A titre beyond the plate is a limit and no number.
    saline = drawn[drawn["group"] == "saline"][list(PROTOCOL.endpoints)].apply(pd.to_numeric, errors="coerce")
    counts = saline["afc"] / 200
    # Poisson about a gamma: variance is the mean plus the square of the animals' own spread.
    assert counts.mean() == pytest.approx(60, rel=0.02)
    assert counts.std() == pytest.approx(np.sqrt(60 + (0.4 * 60) ** 2), rel=0.04)
    steps = np.log2(saline["titre"].dropna())
    assert steps.mean() == pytest.approx(4.0, abs=0.05)
    assert steps.std() == pytest.approx(np.sqrt(0.9**2 + 1 / 12), rel=0.04)
    assert saline["phagocytosis"].mean() == pytest.approx(45, rel=0.01)
    assert saline["phagocytosis"].std() == pytest.approx(0.18 * 45, rel=0.04)


def test_the_printed_ranges_bound_thymalin() -> None:
    """3 / 1.2 and 10.5 / 4.1, if the ends of both ranges are the same groups: the assumed 2.55 lies between."""
    assert 3 / 1.2 < 2.55 < 10.5 / 4.1
    simulation = PROTOCOL.simulation
    assert simulation is not None
    groups = simulation.endpoints["afc"].groups
    assert groups["thymalin"].centre / groups["saline"].centre == pytest.approx(2.55)
    assert scipy_stats.gmean([groups["im50"].centre / groups["saline"].centre]) == pytest.approx(10.5)


def test_a_zero_among_the_doses_lets_ranks_decide_the_trend() -> None:
    """The dose effect is there all the same, and a reversed one contradicts."""
    for scenario, verdict in (("as_published", "supported"), ("reversed", "contradicted")):
        study = simulate_study(HUMORAL, scenario, n=12, seed=3)
        values = study.cohort.values
        lowest = "im10" if scenario == "as_published" else "im50"
        first = values.index[(values["endpoint"] == "afc") & (values["group"] == lowest)][0]
        values.loc[first, ["value", "lower", "upper"]] = 0.0
        results = analyse(study, ("published", "planned"))
        row = results[(results["contrast"] == "trend im") & (results["analysis"] == "planned")].iloc[0]
        assert row["test"] == Method.JONCKHEERE
        found = verdicts_of(study).loc["afc_dose_im"]
        assert (found["verdict"], found["verdict_as_published"]) == (verdict, verdict)
