"""Claims that one effect is higher than another: planned tests, verdicts, sentences and refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from approved import check_approved
from secretome import adjudicate, analyse, stats
from secretome.analysis import Method
from secretome.claims import specifications
from secretome.cohort.simulate import truth
from secretome.power.many_cohorts import decide_cohorts
from secretome.protocol import InputError, Protocol
from secretome.report import text
from secretome.report.text.decision_rules import rule_words
from secretome.report.text.methods import methods_paragraph
from shaped_studies import read_text, write_protocol

REST = """\
groups:
  f_control: {label: Female control, role: control}
  f_treated: {label: Treated female, role: treated}
  m_control: {label: Male control, role: control}
  m_treated: {label: Treated male, role: treated}
endpoints:
  il6: {label: IL-6, unit: pg/mL, kind: concentration, equivalence_margin: {low: 0.8, high: 1.25, reason: a test}}
  weight:
    {label: Weight, unit: g, kind: continuous, scale: linear, equivalence_margin: {low: -5, high: 5, reason: a test}}
claims:
  il6_by_sex:
    {sentence: The drug lowers IL-6 more in females., endpoint: il6, kind: interaction, direction: down,
     contrast: treatment x sex, effects: [f_treated vs f_control, m_treated vs m_control], source: own}
  weight_by_sex:
    {sentence: The drug adds more weight in females., endpoint: weight, kind: interaction, direction: up,
     contrast: treatment x sex, effects: [f_treated vs f_control, m_treated vs m_control], source: own}
"""
FIRST = "animal,group,il6,weight"
MEANS = {"f_control": (100, 200), "f_treated": (30, 230), "m_control": (140, 300), "m_treated": (110, 302)}


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    return write_protocol(tmp_path, REST)


def table() -> pd.DataFrame:
    """Six to eight animals of each group."""
    rng = np.random.default_rng(4)
    rows = []
    for size, (group, (il6, weight)) in zip((6, 7, 8, 7), MEANS.items(), strict=True):
        for _ in range(size):
            drawn = round(float(il6 * np.exp(rng.normal(0, 0.4))), 2), round(float(weight + rng.normal(0, 8)), 2)
            rows.append((f"rat {len(rows) + 1}", group, *drawn))
    return pd.DataFrame(rows, columns=FIRST.split(","))


def planned(results: pd.DataFrame, endpoint: str) -> pd.Series:
    chosen = results[(results["endpoint"] == endpoint) & (results["test"] == Method.INTERACTION)]
    return chosen[chosen["analysis"] == "planned"].iloc[0]


@pytest.mark.parametrize(("endpoint", "transform"), [("il6", np.log), ("weight", lambda values: values)])
def test_estimate_is_the_product_term_of_a_linear_model(protocol: Protocol, endpoint: str, transform: object) -> None:
    animals = table()
    results = analyse(read_text(protocol, animals.to_csv(index=False)))
    data = animals.assign(
        y=transform(animals[endpoint]),  # type: ignore[operator]
        treated=animals["group"].str.endswith("treated") * 1,
        female=animals["group"].str.startswith("f") * 1,
    )
    fit = smf.ols("y ~ treated * female", data).fit()
    row = planned(results, endpoint)
    shown = np.log(row["estimate"]) if endpoint == "il6" else row["estimate"]
    np.testing.assert_allclose(shown, fit.params["treated:female"])
    own = results[(results["endpoint"] == endpoint) & (results["scale"] == row["scale"])].set_index("test")
    np.testing.assert_allclose(own.loc[Method.INTERACTION_POOLED, "pvalue"], fit.pvalues["treated:female"])
    # With a variance for each group, standard errors are those of means that are added.
    groups = [data.loc[data["group"] == group, "y"] for group in ("f_treated", "f_control", "m_treated", "m_control")]
    error = np.sqrt(sum(group.var() / len(group) for group in groups))
    np.testing.assert_allclose(row["statistic"], fit.params["treated:female"] / error)


def test_claims_are_decided_by_the_difference_alone(protocol: Protocol) -> None:
    animals = table()
    study = read_text(protocol, animals.to_csv(index=False))
    verdicts = adjudicate(study, analyse(study)).set_index("claim")
    assert verdicts["verdict"].tolist() == ["supported", "supported"]
    assert verdicts["verdict_as_published"].unique().tolist() == ["not analysed"]
    other = animals.assign(group=animals["group"].map(lambda group: {"f": "m", "m": "f"}[group[0]] + group[1:]))
    study = read_text(protocol, other.to_csv(index=False))
    verdicts = adjudicate(study, analyse(study)).set_index("claim")
    assert verdicts["rule"].tolist() == ["opposite", "opposite"]


def test_both_effects_are_rows_of_their_own(protocol: Protocol) -> None:
    animals = table()
    results = analyse(read_text(protocol, animals.to_csv(index=False)), ("planned",))
    rows = results[results["test"] == Method.EFFECT]
    assert len(rows) == 4
    row = rows[(rows["endpoint"] == "il6") & (rows["contrast"] == "f_treated vs f_control")].iloc[0]
    x, y = (animals.loc[animals["group"] == group, "il6"] for group in ("f_treated", "f_control"))
    np.testing.assert_allclose(row["pvalue"], stats.geometric_mean_ratio(x, y).pvalue)


def test_nondetects_and_small_groups_leave_no_verdict(protocol: Protocol) -> None:
    animals = table().astype({"il6": object})
    animals.loc[0, "il6"] = "<20"
    study = read_text(
        protocol, animals[~animals["animal"].isin(["rat 3", "rat 4", "rat 5", "rat 6"])].to_csv(index=False)
    )
    assert adjudicate(study, analyse(study))["rule"].tolist() == ["too_few", "too_few"]
    study = read_text(protocol, animals.to_csv(index=False))
    assert adjudicate(study, analyse(study))["rule"].tolist() == ["not_computable", "claimed"]


def test_a_block_enters_the_interaction(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, f"block: litter\n{REST}")
    animals = table()
    animals["litter"] = ["abc"[at % 3] for at in range(len(animals))]
    animals["weight"] += animals["litter"].map({"a": 0, "b": 60, "c": 120})
    data = animals.assign(
        treated=animals["group"].str.endswith("treated") * 1, female=animals["group"].str.startswith("f") * 1
    )
    fit = smf.ols("weight ~ treated * female + C(litter)", data).fit()
    row = planned(analyse(read_text(protocol, animals.to_csv(index=False)), ("planned",)), "weight")
    np.testing.assert_allclose(row["estimate"], fit.params["treated:female"])


def test_the_specification_curve_asks_the_same_question(protocol: Protocol) -> None:
    study = read_text(protocol, table().to_csv(index=False))
    curve = specifications(study, analyse(study), "il6_by_sex")
    assert set(curve["test"]) == {Method.INTERACTION, Method.INTERACTION_POOLED}
    assert len(curve) == 4
    assert set(curve["answer"]) <= {"claimed", "open"}


def test_many_cohorts_are_decided_as_one(protocol: Protocol) -> None:
    animals = table()
    study = read_text(protocol, animals.to_csv(index=False))
    drawn = {
        endpoint: {
            group: tuple(animals.loc[animals["group"] == group, endpoint].to_numpy()[None, :] for _ in range(2))
            for group in MEANS
        }
        for endpoint in ("il6", "weight")
    }
    decided = decide_cohorts(protocol, drawn, 0.05, published=1)
    verdicts = adjudicate(study, analyse(study)).set_index("claim")
    assert {key: str(rules[0]) for key, (rules, _) in decided.items()} == verdicts["rule"].to_dict()


SIMULATION = """\
simulation:
  n: 5
  seed: 1
  endpoints:
    il6:
      distribution: lognormal
      decimals: 1
      groups:
        f_control: {geometric_mean: 100, cv: 0.4, evidence: none}
        f_treated: {geometric_mean: 50, cv: 0.4, evidence: none}
        m_control: {geometric_mean: 100, cv: 0.4, evidence: none}
        m_treated: {geometric_mean: 100, cv: 0.4, evidence: none}
  assumptions: []
  scenarios:
    as_published: {about: as claimed}
    "null": {about: the same effect in both sexes, centres: {il6: {m_treated: 50}}}
"""


def test_truth_of_a_simulation_is_the_ratio_of_ratios(tmp_path: Path) -> None:
    protocol = write_protocol(tmp_path, REST + SIMULATION)
    assert [truth(protocol, scenario, "il6_by_sex") for scenario in ("as_published", "null")] == ["true", "false"]


def test_sentences_name_both_effects(protocol: Protocol) -> None:
    study = read_text(protocol, table().to_csv(index=False))
    results = analyse(study)
    verdicts = adjudicate(study, results)
    rows = results[results["analysis"] == "planned"]
    effects = [row for _, row in rows[(rows["test"] == Method.EFFECT) & (rows["endpoint"] == "il6")].iterrows()]
    check_approved(
        "sentences_on_interactions",
        {
            "verdicts": [text.verdict_sentence(study, verdict) for _, verdict in verdicts.iterrows()],
            "cards": [
                f"{text.card_effect(study, verdict)}. {text.card_evidence(study, verdict)}"
                for _, verdict in verdicts.iterrows()
            ],
            "results": [text.result_sentence(study, row) for _, row in rows.iterrows()],
            "rules": ["; ".join(rule_words(protocol, claim, 0.05)) for claim in protocol.claims.values()],
            "methods": methods_paragraph(study, results).partition("The analyses were computed")[0],
            "caption": text.groups_caption(study, ["il6"], effects),
        },
    )


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("effects: [f_treated vs f_control, m_treated vs m_control], source", "source", "effects"),
        (
            "effects: [f_treated vs f_control, m_treated vs m_control]",
            "effects: [f_treated vs f_control, m_treated vs f_control]",
            "four different groups",
        ),
        ("m_treated vs m_control], source", "m_treated vs x], source", "'x'"),
        ("source: own}", "source: own, published_test: {method: student_t, stated: not stated}}", "published_test"),
        ("kind: interaction", "kind: single", "effects"),
        ("\ngroups:", "\ndesign: paired\nby: animal\ngroups:", "paired"),
    ],
)
def test_interactions_without_a_test_are_refused(tmp_path: Path, old: str, new: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        write_protocol(tmp_path, f"\n{REST}".replace(old, new, 1))
