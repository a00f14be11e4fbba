"""Studies of survival: from a file of times and events to tests, sentences, figures, simulation and power."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats
from typer.testing import CliRunner

from approved import check_approved
from secretome import adjudicate, analyse, stats
from secretome.claims import examine, specifications
from secretome.cli import app
from secretome.cohort import Study
from secretome.cohort.simulate import simulate, simulate_many, simulate_study, to_csv, truth
from secretome.power.many_cohorts import decide_cohorts
from secretome.protocol import InputError, Protocol, load_protocol, study_folder
from secretome.report import figures, tables, text
from shaped_studies import read_text, write_protocol

# Weeks in remission (Freireich and others 1963, Blood 21:699-716), as if they were days of mice.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
EVENT = [1] * 9 + [0] * 12
STUDY = """\
groups:
  placebo: {label: Placebo, role: control}
  low: {label: Low dose, role: treated}
  high: {label: High dose, role: treated}
endpoints:
  survival:
    label: Survival
    unit: d
    kind: survival
    equivalence_margin: {low: 0.5, high: 2, reason: a hazard that is halved or doubled}
claims:
  longer_high:
    sentence: The high dose lengthens survival.
    endpoint: survival
    kind: single
    direction: up
    contrast: high vs placebo
    family: [low vs placebo, high vs placebo]
    published_test: &test {method: METHOD, stated: a test}
    source: own
simulation:
  n: 6
  seed: 1
  endpoints:
    survival:
      distribution: weibull
      until: 20
      every: 2
      groups:
        placebo: {median: 8, evidence: none}
        low: {median: 12, evidence: none}
        high: {median: 24, evidence: none}
  assumptions: []
  scenarios:
    as_published: {about: both doses lengthen survival}
    "null": {about: nothing happens, centres: {survival: {low: 8, high: 8}}}
"""
EVERY = STUDY.replace("kind: single", "kind: every").replace("contrast: high vs placebo\n    family:", "contrasts:")
UNCHANGED = EVERY.replace("kind: every\n    direction: up", "kind: unchanged")


def protocol_of(folder: Path, source: str = STUDY, method: str = "logrank") -> Protocol:
    return write_protocol(folder, source.replace("METHOD", method))


def remissions(header: str = "animal,group,time (d),event") -> str:
    rows = [f"h{i},high,{time},{died}" for i, (time, died) in enumerate(zip(TREATED, EVENT, strict=True))]
    rows += [f"p{i},placebo,{time},1" for i, time in enumerate(PLACEBO)]
    rows += [f"l{i},low,{time},1" for i, time in enumerate((4, 9, 12, 15, 22))]
    return "\n".join([header, *rows])


@pytest.fixture(name="study", scope="module")
def _study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_text(protocol_of(tmp_path_factory.mktemp("mice")), remissions())


def row(results: pd.DataFrame, analysis: str = "planned", test: str = "", alternative: str = "two-sided") -> pd.Series:
    rows = results[(results["contrast"] == "high vs placebo") & (results["analysis"] == analysis)]
    rows = rows[rows["alternative"] == alternative]
    return (rows[rows["test"] == test] if test else rows).iloc[0]


def test_hazard_ratio_is_that_of_statsmodels_by_efron() -> None:
    phreg = pytest.importorskip("statsmodels.duration.hazard_regression").PHReg
    rng = np.random.default_rng(7)
    for n in (5, 12):
        time, event = rng.integers(1, 8, 2 * n).astype(float), rng.integers(0, 2, 2 * n)
        group = np.repeat([1.0, 0.0], n)
        ours = stats.hazard_ratio(time, event, group)
        fit = phreg(time, group[:, None], status=event, ties="efron").fit()
        assert ours.estimate == pytest.approx(float(np.exp(fit.params[0])), rel=1e-5)
        # Both limits are where the likelihood ratio statistic is that quantile of chi-square.
        for limit in ours.confidence_interval(0.9):
            drop = 2 * (fit.model.loglike(fit.params) - fit.model.loglike(np.array([np.log(limit)])))
            assert drop == pytest.approx(scipy_stats.chi2.ppf(0.9, 1), rel=1e-5)


def test_planned_test_is_the_logrank_test_with_the_hazard_ratio(study: Study) -> None:
    planned = row(analyse(study, ("planned",)))
    time, died, treated = TREATED + PLACEBO, EVENT + [1] * 21, [1] * 21 + [0] * 21
    # R 4.2, survival: survdiff(Surv(time, died) ~ treated)$chisq
    assert planned["statistic"] == pytest.approx(16.7929409892165, rel=1e-9)
    assert planned["pvalue"] == stats.logrank(time, died, treated).pvalue
    low, high = stats.hazard_ratio(time, died, treated).confidence_interval(0.975)
    # R: exp(coef(coxph(Surv(time, died) ~ treated, ties = "efron")))
    assert planned["estimate"] == pytest.approx(0.207603524841537, rel=1e-7)
    assert (planned["low"], planned["high"], planned["level"]) == pytest.approx((low, high, 0.975))


def test_restricted_mean_is_the_mean_of_limited_times_without_censoring() -> None:
    x, y = np.array([3.0, 5, 8, 8, 11]), np.array([2.0, 2, 6, 9, 10])
    means = stats.restricted_mean_survival([*x, *y], [1] * 10, [1] * 5 + [0] * 5, horizon=8)
    assert means.treated == pytest.approx(np.minimum(x, 8).mean())
    assert means.estimate == pytest.approx(np.minimum(x, 8).mean() - np.minimum(y, 8).mean())
    # Greenwood's variance of the mean is that of the limited times over n.
    expected = np.minimum(x, 8).var() / 5 + np.minimum(y, 8).var() / 5
    assert means.standard_error == pytest.approx(np.sqrt(expected))


def test_claims_of_three_kinds_are_decided(tmp_path: Path, study: Study) -> None:
    verdicts = adjudicate(study, analyse(study))
    assert verdicts.loc[0, ["verdict", "verdict_as_published", "rule"]].tolist() == [
        "supported",
        "supported",
        "claimed",
    ]
    every = read_text(protocol_of(tmp_path, EVERY), remissions())
    verdict = adjudicate(every, results := analyse(every)).iloc[0]
    assert (verdict["verdict"], verdict["contrast"]) == ("inconclusive", "low vs placebo")
    # A longer survival is a lower hazard ratio, so the bound is the largest of the upper limits.
    planned = results[(results["analysis"] == "planned") & (results["alternative"] == "two-sided")]
    assert verdict["bound"] == planned["high"].max()
    unchanged = read_text(protocol_of(tmp_path, UNCHANGED), remissions())
    assert adjudicate(unchanged, analyse(unchanged)).loc[0, "verdict"] == "inconclusive"


def test_shorter_survival_contradicts_a_claim_of_a_longer_one(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, STUDY.replace("direction: up", "direction: down"))
    study = read_text(protocol, remissions())
    assert adjudicate(study, analyse(study)).loc[0, "rule"] == "opposite"


def test_without_deaths_the_claim_is_untestable(tmp_path: Path) -> None:
    rows = [f"{group}{i},{group},20,0" for group in ("placebo", "low", "high") for i in range(5)]
    study = read_text(protocol_of(tmp_path), "\n".join(["animal,group,time,event", *rows]))
    verdicts = adjudicate(study, analyse(study))
    assert verdicts.loc[0, ["verdict", "rule"]].tolist() == ["untestable", "min_pvalue_above_alpha"]


@pytest.mark.parametrize("method", ["fisher", "chi_square", "not_stated"])
def test_published_tests_of_survival(tmp_path: Path, method: str) -> None:
    protocol = protocol_of(tmp_path, method=method)
    rows = [f"p{i},placebo,{4 + i},1" for i in range(6)] + [f"l{i},low,20,{i % 2}" for i in range(6)]
    rows += [f"h{i},high,20,0" for i in range(6)]
    study = read_text(protocol, "\n".join(["animal,group,time,event", *rows]))
    results = analyse(study)
    if method == "fisher":
        rows_of = row(results, "published")
        assert rows_of["pvalue"] == pytest.approx(2 / 924)  # By the 9th day, all of one group and none of the other.
    curve = specifications(study, results, "longer_high")
    assert not curve.duplicated(["question", "test", "adjustment"]).any()
    assert (curve["analysis"] == "published").sum() == (method != "not_stated")


def test_many_cohorts_are_decided_like_single_cohorts(tmp_path: Path) -> None:
    for source in (STUDY, EVERY, UNCHANGED):
        protocol = protocol_of(tmp_path, source)
        drawn = simulate_many(protocol, "as_published", n=5, cohorts=4, rng=np.random.default_rng(3))
        decided = decide_cohorts(protocol, drawn, 0.05, published=4)
        for position in range(4):
            lines = ["animal,group,time,event"]
            for group, (lower, upper) in drawn["survival"].items():
                pairs = zip(lower[position], upper[position], strict=True)
                lines += [f"{group}{i},{group},{low:g},{int(low == high)}" for i, (low, high) in enumerate(pairs)]
            study = read_text(protocol, "\n".join(lines))
            verdicts = adjudicate(study, analyse(study, ("published", "planned"))).iloc[0]
            rules, published = decided[verdicts["claim"]]
            assert (rules[position], published[position]) == (verdicts["rule"], verdicts["verdict_as_published"])


def test_simulated_times_are_seen_at_visits_and_read_back(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path)
    table = simulate(protocol, "as_published", n=40, seed=2)
    assert set(table.columns) == {"animal", "group", "time", "event", "origin", "scenario", "seed"}
    assert set(table["time"].astype(float)) <= set(range(2, 21, 2))
    study = read_text(protocol, to_csv(table).decode())
    values = study.cohort.values
    assert len(values) == 120
    alive = values["value"].isna()
    assert (values.loc[alive, "lower"] == 20).all() and np.isinf(values.loc[alive, "upper"]).all()
    assert truth(protocol, "as_published", "longer_high") == "true"
    assert truth(protocol, "null", "longer_high") == "false"


def test_weibull_medians_are_those_of_the_protocol(tmp_path: Path) -> None:
    source = STUDY.replace("      every: 2\n", "      shape: 2\n").replace("until: 20", "until: 1000")
    drawn = simulate_many(
        protocol_of(tmp_path, source), "as_published", n=4000, cohorts=1, rng=np.random.default_rng(1)
    )
    medians = {group: float(np.median(lower)) for group, (lower, _) in drawn["survival"].items()}
    assert medians == pytest.approx({"placebo": 8, "low": 12, "high": 24}, rel=0.05)


def test_sentences_speak_of_deaths_and_not_of_an_assay(tmp_path: Path, study: Study) -> None:
    results = analyse(study)
    verdicts = adjudicate(study, results)
    rows = [one for _, one in results[results["analysis"] != "multiverse"].iterrows()]
    planned = [one for one in rows if one["analysis"] == "planned" and one["alternative"] != "equivalence"]
    every = read_text(protocol_of(tmp_path, EVERY), remissions())
    of_every = adjudicate(every, analyse(every))
    sentences = {
        "results": [text.result_sentence(study, one) for one in rows],
        "verdicts": [
            text.verdict_sentence(study, verdicts.iloc[0]),
            text.verdict_sentence(every, of_every.iloc[0]),
        ],
        "file": list(study.cohort.notes),
        "alternative text": text.groups_alt(study, "survival", planned),
        "caption": text.groups_caption(study, ["survival"], planned),
        "methods": text.methods_paragraph(study, results).rpartition("The analyses were computed")[0],
        "rules": [
            " | ".join(text.rule_words(one.protocol, one.protocol.claims["longer_high"], 0.05))
            for one in (study, every)
        ],
        "curve": text.specification_sentence(
            study.protocol.claims["longer_high"], specifications(study, results, "longer_high")
        ),
    }
    check_approved("sentences_on_survival", sentences)
    everything = str(sentences)
    assert "assay" not in everything and "geometric" not in everything and "nondetect" not in everything
    assert "alive at 32" in tables.groups_table(study).to_string()


def test_figure_shows_curves_numbers_at_risk_and_ratios(study: Study) -> None:
    results = analyse(study, ("planned",))
    rows = [one for _, one in results[results["alternative"] != "equivalence"].iterrows()]
    curves, risk, ratios = figures.groups_figure(study, "survival", rows).axes
    ends = {line.get_label(): line.get_ydata()[-1] for line in curves.lines if not line.get_label().startswith("_")}
    assert ends == pytest.approx({"Placebo": 0.0, "Low dose": 0.0, "High dose": 0.4482}, abs=1e-4)
    numbers = [int(label.get_text()) for label in risk.texts]
    assert numbers[0] == 21 and sorted(numbers[:: len(numbers) // 3])[-1] == 21
    assert ratios.get_xscale() == "log"


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["m1,placebo,3,1", "m1,placebo,4,1"], "C3"),
        (["m1,placebo,-3,1"], "C2"),
        (["m1,placebo,3,perhaps"], "D2"),
        (["m1,other,3,1"], "B2"),
    ],
)
def test_wrong_times_and_events_are_refused_by_cell(tmp_path: Path, lines: list[str], place: str) -> None:
    with pytest.raises(InputError) as refused:
        read_text(protocol_of(tmp_path), "\n".join(["animal,group,time,event", *lines]))
    assert place in refused.value.problems[0].place


def test_file_without_times_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="time"):
        read_text(protocol_of(tmp_path), "animal,group,weight\nm1,placebo,3\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unit: d", "unit: g"),
        ("kind: single", "kind: trend"),
        ("distribution: weibull", "distribution: lognormal"),
        ("METHOD", "mann_whitney"),
        ("low: 0.5, high: 2", "low: -1, high: 1"),
    ],
)
def test_protocol_that_does_not_fit_survival_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InputError):
        protocol_of(tmp_path, STUDY.replace(old, new))


def test_check_on_survival_is_a_logrank_test(tmp_path: Path) -> None:
    check = "checks:\n  dies: {sentence: Placebo dies., endpoint: survival, contrast: low vs high, direction: down, "
    check += "test: logrank, reason: a test}\nclaims:"
    source = STUDY.replace("claims:", check, 1)
    study = read_text(protocol_of(tmp_path, source), remissions())
    assert examine(study, analyse(study, ("planned",))).loc[0, "outcome"] in ("passed", "not shown")


MIXED = STUDY.replace("    kind: survival\n", "    kind: survival\n    optional: true\n").replace("unit: d", "unit: h")
MIXED = "sampling_hour: 48\n" + MIXED[: MIXED.index("simulation:")].replace(
    "endpoints:\n",
    "endpoints:\n  il6:\n    label: IL-6\n    unit: pg/mL\n    kind: concentration\n"
    "    equivalence_margin: {low: 0.8, high: 1.25, reason: a convention}\n",
).replace(
    "claims:\n",
    "claims:\n  il6_falls:\n    sentence: The high dose lowers IL-6.\n    endpoint: il6\n    kind: single\n"
    "    direction: down\n    contrast: high vs placebo\n    source: own\n",
)


def cytokines(*, events: bool) -> str:
    lines = ["animal,group,il6,time,event" if events else "animal,group,il6"]
    for group in ("placebo", "low", "high"):
        for i in range(6):
            dead = group == "placebo" and i < 3
            value = "" if dead and events else f"{20 + 3 * i}"
            lines.append(f"{group}{i},{group},{value}" + (f",{'12' if dead else ''},{int(dead)}" if events else ""))
    return "\n".join(lines)


def test_optional_survival_is_asked_only_of_cohorts_that_have_it(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, MIXED)
    without = read_text(protocol, cytokines(events=False))
    assert adjudicate(without, analyse(without))["claim"].tolist() == ["il6_falls"]
    assert list(without.protocol.endpoints) == ["il6"]
    study = read_text(protocol, cytokines(events=True))
    verdicts = adjudicate(study, results := analyse(study)).set_index("claim")
    assert verdicts.index.tolist() == ["il6_falls", "longer_high"]
    # Animals without a time were alive when blood was drawn; the dead have no IL-6, but their survival is known.
    survival = study.cohort.values[study.cohort.values["endpoint"] == "survival"]
    assert survival["lower"].value_counts().to_dict() == {48.0: 15, 12.0: 3}
    planned = results[(results["endpoint"] == "survival") & (results["contrast"] == "high vs placebo")]
    died, time = [0] * 6 + [1] * 3 + [0] * 3, [48] * 6 + [12] * 3 + [48] * 3
    expected = stats.logrank(time, died, [1] * 6 + [0] * 6)
    assert planned.loc[planned["analysis"] == "planned", "pvalue"].iloc[0] == expected.pvalue
    assert any("alive when sampled" in note for note in study.cohort.notes)


def test_survival_in_a_long_file_is_that_of_the_animal(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, MIXED)
    wide = read_text(protocol, cytokines(events=True))
    rows = [line.split(",") for line in cytokines(events=True).splitlines()[1:]]
    long = "\n".join(
        ["animal,group,endpoint,value,time,event", *(",".join([*row[:2], "IL-6", *row[2:]]) for row in rows)]
    )
    pd.testing.assert_frame_equal(wide.cohort.values, read_text(protocol, long).cohort.values)


SEPSIS = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")


def test_sepsis_claim_of_unchanged_survival_is_equivalence_and_no_significance_leaves_it_open() -> None:
    study = simulate_study("sepsis_cytokines", "deaths")
    results = analyse(study)
    verdict = adjudicate(study, results).set_index("claim").loc["survival_unchanged"]
    assert (verdict["verdict"], verdict["verdict_as_published"]) == ("inconclusive", "inconclusive")
    planned = results[(results["endpoint"] == "survival") & (results["analysis"] == "planned")]
    tests = planned[planned["alternative"] == "two-sided"]
    assert (tests["pvalue"] > 0.05).all() and len(tests) == 2
    assert verdict["pvalue"] > 0.05
    # Every other row is what it is without the claim on survival.
    without = Study(SEPSIS.without(["survival"]), study.cohort, source_data=False)
    kept = results[results["endpoint"] != "survival"].reset_index(drop=True)
    pd.testing.assert_frame_equal(analyse(without), kept)


def test_sepsis_sentences_apply_survival_to_all_animals() -> None:
    study = simulate_study("sepsis_cytokines", "deaths")
    results = analyse(study, ("published", "planned"))
    row = results[(results["endpoint"] == "survival") & (results["analysis"] == "planned")].iloc[0]
    assert SEPSIS.population not in text.result_sentence(study, row)
    verdicts = adjudicate(study, results).set_index("claim", drop=False)
    assert SEPSIS.population not in text.verdict_sentence(study, verdicts.loc["survival_unchanged"])
    assert SEPSIS.population in text.verdict_sentence(study, verdicts.loc["il6_falls_t1"])
    # The dead are counted as dead, and not as missing values too.
    assert "No other value was missing." in text.methods_paragraph(study, results)


@pytest.mark.parametrize("columns", ["", ",time,event", ",time"])
def test_sepsis_file_without_a_stated_event_has_no_survival(tmp_path: Path, columns: str) -> None:
    rest = {"": "", ",time,event": ",48,", ",time": ",48"}[columns]
    lines = [f"r{group}{i},{group},{20 + i},{30 + i}{rest}" for group in SEPSIS.groups for i in range(5)]
    study = read_text(SEPSIS, "\n".join([f"animal,group,il6,il4{columns}", *lines]))
    assert list(study.protocol.endpoints) == ["il6", "il4"]
    assert "survival_unchanged" not in set(adjudicate(study, analyse(study, ("published", "planned")))["claim"])
    assert not any("survival" in note for note in study.cohort.notes)


def test_simulated_study_leaves_out_optional_endpoints_that_are_not_drawn() -> None:
    assert list(SEPSIS.simulated.endpoints) == ["il6", "il4"]
    assert list(SEPSIS.simulated.claims) == ["il6_falls_t1", "il6_falls_t2", "il4_rises_t2"]
    assert SEPSIS.simulated.simulation == SEPSIS.simulation
    drawn = CliRunner().invoke(app, ["power", "sepsis_cytokines", "--claim", "survival_unchanged", "-n", "8"])
    assert drawn.exit_code == 2
