"""Endpoints on a linear scale: differences of means with a margin, from the file to sentences, figures and power."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from approved import check_approved
from drawn_cohorts import assert_decided_alike
from secretome import adjudicate, analyse, stats
from secretome.claims import decision_rows, specifications
from secretome.cohort import Study
from secretome.cohort.simulate import simulate, simulate_many, to_csv, truth
from secretome.power import claim_rates
from secretome.protocol import InputError, Protocol
from secretome.report import figures, tables, text
from shaped_studies import read_text, write_protocol

WEIGHTS = """\
scale: linear
groups:
  saline: {label: Saline, role: control}
  low: {label: Low dose, role: treated, dose: 1}
  middle: {label: Middle dose, role: treated, dose: 3}
  high: {label: High dose, role: treated, dose: 10}
endpoints:
  gain:
    label: Gain of body weight
    unit: g
    kind: continuous
    equivalence_margin: {low: -4, high: 4, reason: a gain that nobody would notice}
claims:
  gain_falls_high:
    sentence: The high dose lowers the gain of weight.
    endpoint: gain
    kind: single
    direction: down
    contrast: high vs saline
    published_test: &ranks {method: mann_whitney, stated: an exercise}
    source: own
  gain_same:
    sentence: No dose changes the gain of weight.
    endpoint: gain
    kind: unchanged
    contrasts: [low vs saline, middle vs saline]
    published_test: *ranks
    source: own
  gain_dose:
    sentence: The gain of weight falls with the dose.
    endpoint: gain
    kind: trend
    direction: down
    contrast: trend gain
    doses: [low, middle, high]
    published_test: {method: jonckheere_terpstra, stated: an exercise}
    source: own
simulation:
  n: 8
  seed: 1
  endpoints:
    gain:
      distribution: normal
      groups:
        saline: {mean: 3, sd: 5, evidence: none}
        low: {mean: 3, sd: 5, evidence: none}
        middle: {mean: 0, sd: 5, evidence: none}
        high: {mean: -6, sd: 5, evidence: none}
  assumptions: []
  scenarios:
    as_published: {about: the gain falls}
    "null": {about: nothing happens, centres: {gain: {middle: 3, high: 3}}}
"""
# Gains with losses of weight among them, so that there are no logarithms.
GAINS = {
    "saline": [4.1, -1.5, 8.2, 2.7, 5.5, 0.0],
    "low": [3.8, 5.1, -0.4, 2.2, 6.3, 1.9],
    "middle": [1.2, -2.3, 3.4, 0.7, 2.8, 4.0],
    "high": [-6.3, -9.8, -3.1, -7.7, -5.2, -8.4],
}


@pytest.fixture(name="protocol", scope="module")
def _protocol(tmp_path_factory: pytest.TempPathFactory) -> Protocol:
    return write_protocol(tmp_path_factory.mktemp("weights"), WEIGHTS)


@pytest.fixture(name="study", scope="module")
def _study(protocol: Protocol) -> Study:
    return read_text(protocol, cohort(0.0))


def cohort(shift: float) -> str:
    rows = [f"{group} {i},{group},{value + shift}" for group, own in GAINS.items() for i, value in enumerate(own)]
    return "\n".join(["animal,group,gain", *rows])


def planned(results: pd.DataFrame, contrast: str, alternative: str = "two-sided") -> pd.Series:
    rows = results[(results["contrast"] == contrast) & (results["analysis"] == "planned")]
    return rows[rows["alternative"] == alternative].iloc[0]


def test_planned_test_is_scipys_welch_t_of_the_values(study: Study) -> None:
    row = planned(analyse(study, ("planned",)), "high vs saline")
    test = scipy_stats.ttest_ind(GAINS["high"], GAINS["saline"], equal_var=False)
    interval = test.confidence_interval(0.95)
    assert (row["effect"], row["scale"], row["test"]) == ("mean difference", "linear", "welch_t")
    np.testing.assert_allclose(
        row[["pvalue", "df", "estimate", "low", "high"]].astype(float),
        [test.pvalue, test.df, np.mean(GAINS["high"]) - np.mean(GAINS["saline"]), interval.low, interval.high],
    )


def test_equivalence_is_two_one_sided_tests_of_differences(study: Study) -> None:
    row = planned(analyse(study, ("planned",)), "low vs saline", "equivalence")
    x, y = np.array(GAINS["low"]), np.array(GAINS["saline"])
    sides = (
        scipy_stats.ttest_ind(x + 4, y, equal_var=False, alternative="greater"),
        scipy_stats.ttest_ind(x - 4, y, equal_var=False, alternative="less"),
    )
    assert row["pvalue"] == pytest.approx(max(side.pvalue for side in sides))


def test_verdicts_do_not_change_if_all_values_are_shifted(protocol: Protocol, study: Study) -> None:
    there = read_text(protocol, cohort(250.0))
    columns = ["claim", "verdict", "rule", "estimate", "pvalue"]
    first, second = (adjudicate(one, analyse(one))[columns] for one in (study, there))
    pd.testing.assert_frame_equal(first, second)
    assert first.set_index("claim")["verdict"].to_dict() == {
        "gain_falls_high": "supported",
        "gain_same": "inconclusive",
        "gain_dose": "supported",
    }


def test_mean_difference_of_many_samples_is_that_of_each() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(2, 1, (4, 6)), rng.normal(0, 3, (4, 6))
    for paired in (False, True):
        many = stats.mean_difference(x, y, paired=paired, axis=1)
        for position in range(4):
            one = stats.mean_difference(x[position], y[position], paired=paired)
            ours = many.estimate[position], many.pvalue[position], many.df[position]
            np.testing.assert_allclose(ours, (one.estimate, one.pvalue, one.df))
        test = scipy_stats.ttest_rel(x[0], y[0]) if paired else scipy_stats.ttest_ind(x[0], y[0], equal_var=False)
        np.testing.assert_allclose(many.pvalue[0], test.pvalue)


def test_specification_curve_holds_no_analysis_twice(study: Study) -> None:
    results = analyse(study)
    for key in study.protocol.claims:
        curve = specifications(study, results, key)
        assert not curve.duplicated(["question", "test", "scale", "dose", "adjustment", "nondetects"]).any()
    # Losses of weight have no logarithms.
    logs = results[(results["scale"] == "log") & (results["analysis"] == "multiverse")]
    assert logs["pvalue"].isna().all()


def test_many_cohorts_are_decided_like_single_cohorts(protocol: Protocol) -> None:
    drawn = simulate_many(protocol, "as_published", n=5, cohorts=6, rng=np.random.default_rng(2))
    assert_decided_alike(protocol, drawn, 6)


def test_power_is_that_of_the_noncentral_t(protocol: Protocol) -> None:
    rates = claim_rates(protocol, "gain_falls_high", [12], cohorts=20_000)
    supported = rates.loc[rates["analysis"] == "planned", "supported"].iloc[0]
    # Equal spreads and sizes: Welch's t loses little to Student's. Negligible effects are rare.
    shift = 9 / (5 * np.sqrt(2 / 12))
    assert supported == pytest.approx(scipy_stats.nct.sf(scipy_stats.t.ppf(0.975, 22), 22, shift), abs=0.012)


def test_truth_of_claims_is_a_difference(protocol: Protocol) -> None:
    assert [truth(protocol, "as_published", claim) for claim in protocol.claims] == ["true", "true", "true"]
    assert [truth(protocol, "null", claim) for claim in protocol.claims] == ["false", "true", "false"]


def test_simulated_file_is_read_back(protocol: Protocol) -> None:
    study = read_text(protocol, to_csv(simulate(protocol, "null", n=3)).decode())
    assert study.cohort.origin == "simulated"
    assert len(study.cohort.values) == 12


def test_sentences_state_differences_in_the_unit(study: Study) -> None:
    results = analyse(study)
    verdicts = adjudicate(study, results)
    rows = results[results["analysis"] == "planned"]
    drawn = [row for _, row in rows[rows["contrast"].isin(["low vs saline", "high vs saline"])].iterrows()]
    drawn = [row for row in drawn if row["alternative"] != "equivalence"]
    methods = text.methods_paragraph(study, results).rpartition("The analyses were computed")[0]
    check_approved(
        "sentences_on_a_linear_scale",
        {
            "results": [text.result_sentence(study, row) for _, row in rows.iterrows()],
            "verdicts": [text.verdict_sentence(study, row) for _, row in verdicts.iterrows()],
            "alternative text": text.groups_alt(study, "gain", drawn),
            "methods": methods,
            "rules": [" | ".join(text.rule_words(study.protocol, one, 0.05)) for one in study.protocol.claims.values()],
        },
    )
    assert "Difference" in tables.verdicts_table(study, verdicts)
    everything = " ".join([methods, *(text.verdict_sentence(study, row) for _, row in verdicts.iterrows())])
    assert "ratio" not in everything.replace("operation", "")


def test_figure_is_linear_and_shows_every_animal(study: Study) -> None:
    rows = [
        row for _, row in decision_rows(study, analyse(study, ("planned",)), "gain_falls_high", "claimed").iterrows()
    ]
    above, below = figures.groups_figure(study, "gain", rows).axes
    assert above.get_yscale() == below.get_yscale() == "linear"
    points = [line for line in above.lines if line.get_marker() == "o"]
    assert sum(len(line.get_ydata()) for line in points) == 24
    low, high = below.get_ylim()
    assert low < -4 and high > 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("low: -4, high: 4", "low: 0.8, high: 1.25"),
        ("kind: continuous", "kind: titre"),
        ("distribution: normal", "distribution: lognormal"),
        ("scale: linear\n", ""),
    ],
)
def test_margin_kind_and_simulation_must_fit_the_scale(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InputError):
        write_protocol(tmp_path, WEIGHTS.replace(old, new))


def test_one_endpoint_may_have_a_scale_of_its_own(tmp_path: Path) -> None:
    other = "  length:\n    label: Length\n    unit: cm\n    kind: continuous\n    scale: log\n"
    other += "    equivalence_margin: {low: 0.8, high: 1.25, reason: a convention}\nclaims:"
    protocol = write_protocol(tmp_path, WEIGHTS.replace("claims:", other, 1))
    assert {key: about.equivalence_margin.scale for key, about in protocol.endpoints.items()} == {
        "gain": "linear",
        "length": "log",
    }
