"""Checks and verdicts of single claims: every outcome arises, and its rates are those that were promised."""

import re
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest

from rats import Rats
from secretome import adjudicate, analyse, load_study
from secretome.claims import KINDS, Rule, examine, specifications
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study, truth
from secretome.course import text as course_text
from secretome.protocol import CLAIM_FORMS, Claim, PerKind
from secretome.protocol.claims import ClaimForm
from secretome.report.text import claim_methods

SEPSIS = "sepsis_cytokines"
ANALYSES = ("published", "planned")


def verdicts_of(study: Study) -> pd.DataFrame:
    return adjudicate(study, analyse(study, ANALYSES)).set_index("claim")  # type: ignore[arg-type]


def check_of(study: Study) -> "pd.Series[float]":
    return examine(study, analyse(study, ("planned",))).iloc[0]


CONTROL = [92, 131, 77, 160, 108, 84]


@pytest.mark.parametrize(
    ("t2", "verdict", "rule", "published"),
    [
        ([35, 27, 41, 22, 30, 38], "supported", Rule.CLAIMED, "supported"),
        ([235, 427, 341, 322, 330, 338], "contradicted", Rule.OPPOSITE, "contradicted"),
        ([91, 130, 78, 161, 107, 85] * 12, "inconclusive", Rule.NOT_SIGNIFICANT, "inconclusive"),
        ([90, 120, 60, 140, 100, 80], "inconclusive", Rule.NOT_SIGNIFICANT, "inconclusive"),
        ([35, 27], "untestable", Rule.TOO_FEW, "untestable"),
        ([], "untestable", Rule.TOO_FEW, "untestable"),
        (["<15.6"] * 6, "supported", Rule.CLAIMED, "supported"),
        ([">1000"] * 6, "contradicted", Rule.OPPOSITE, "contradicted"),
        (["<1560", ">1000", "<1560", ">1000", ">1000", ">1000"], "untestable", Rule.UNORDERED, "untestable"),
    ],
)
def test_every_verdict_arises(rats: Rats, t2: list[object], verdict: str, rule: str, published: str) -> None:
    row = verdicts_of(rats({"t2": t2})).loc["il6_falls_t2"]
    assert (row["verdict"], row["rule"], row["verdict_as_published"]) == (verdict, rule, published)


def test_small_and_negligible_effects(rats: Rats) -> None:
    rng = np.random.default_rng(3)
    control = list(rng.normal(100, 4, 30).round(1))
    for factor, verdict, rule in ((0.95, "inconclusive", Rule.SMALL), (1.0, "contradicted", Rule.NEGLIGIBLE)):
        study = rats({"control": control, "t2": [round(factor * value, 1) for value in rng.normal(100, 4, 30)]})
        row = verdicts_of(study).loc["il6_falls_t2"]
        assert (row["verdict"], row["rule"]) == (verdict, rule)


def test_an_exact_test_whose_min_pvalue_is_too_high_cannot_decide(rats: Rats) -> None:
    """Three against five, fully separated:

    p = 2/56 = .036, times two above .05; the authors' unadjusted test could still decide.
    """
    row = verdicts_of(rats({"t2": ["<15.6"] * 3, "control": CONTROL[:5]})).loc["il6_falls_t2"]
    assert (row["verdict"], row["rule"], row["verdict_as_published"]) == ("untestable", Rule.MIN_PVALUE, "supported")


def test_two_groups_of_four_get_verdicts_for_what_they_have(rats: Rats) -> None:
    study = rats({"sham": [], "t1": []}, {"sham": [], "t1": []})
    verdicts = verdicts_of(study)
    assert verdicts["verdict"].to_dict() == {
        "il6_falls_t1": "untestable",
        "il6_falls_t2": "supported",
        "il4_rises_t2": "supported",
    }
    # The family is the protocol's, whatever the cohort holds.
    assert verdicts.loc["il6_falls_t2", "level"] == pytest.approx(0.975)
    assert check_of(study)["outcome"] == "absent"


@pytest.mark.parametrize(
    ("sham", "outcome"),
    [
        ([11, 15, 13, 17, 10, 16], "passed"),
        (["<15.6"] * 6, "passed"),
        ([60, 80, 120, 150, 100, 90], "not shown"),
        ([900, 800, 1200, 950, 1100, 990], "failed"),
        ([91, 130, 78, 161, 107, 85] * 40, "not shown"),
        ([11, 15], "absent"),
        ([], "absent"),
    ],
)
def test_every_outcome_of_a_check_arises(rats: Rats, sham: list[object], outcome: str) -> None:
    assert check_of(rats({"sham": sham}))["outcome"] == outcome


def test_sepsis_shown_to_do_nothing_fails_the_check(rats: Rats) -> None:
    rng = np.random.default_rng(5)
    study = rats({"sham": list(rng.normal(100, 4, 20).round(1)), "control": list(rng.normal(100, 4, 20).round(1))})
    row = check_of(study)
    assert (row["outcome"], row["rule"]) == ("failed", Rule.NEGLIGIBLE)


def test_sepsis_that_does_too_little_fails_the_check_too(rats: Rats) -> None:
    rng = np.random.default_rng(5)
    study = rats({"sham": list(rng.normal(100, 3, 20).round(1)), "control": list(rng.normal(107, 3, 20).round(1))})
    row = check_of(study)
    assert (row["outcome"], row["rule"]) == ("failed", Rule.SMALL)


def test_a_failed_check_makes_its_endpoint_untestable_and_no_other(rats: Rats) -> None:
    verdicts = verdicts_of(rats({"sham": [900, 800, 1200, 950, 1100, 990]}))
    il6 = verdicts.loc[["il6_falls_t1", "il6_falls_t2"]]
    assert set(il6["rule"]) == {Rule.CHECK_FAILED}
    assert set(il6["verdict"]) == set(il6["verdict_as_published"]) == {"untestable"}
    assert verdicts.loc["il4_rises_t2", "verdict"] == "supported"


def test_a_check_not_shown_only_flags(rats: Rats) -> None:
    verdicts = verdicts_of(rats({"sham": [60, 80, 120, 150, 100, 90]}))
    assert verdicts.loc["il6_falls_t2", "verdict"] == "supported"


def test_too_few_to_reach_a_small_p_is_not_absent(rats: Rats) -> None:
    row = check_of(rats({"sham": [11, 12, 13], "control": [90, 95, 99]}))
    assert (row["outcome"], row["rule"]) == ("not shown", Rule.MIN_PVALUE)


def test_the_reversed_world_contradicts() -> None:
    verdicts = verdicts_of(simulate_study(SEPSIS, "reversed", n=40, seed=1))
    assert set(verdicts["verdict"]) == {"contradicted"}
    assert set(verdicts["rule"]) == {Rule.OPPOSITE}


def test_a_large_cohort_of_the_published_world_supports() -> None:
    verdicts = verdicts_of(simulate_study(SEPSIS, n=40, seed=1))
    assert set(verdicts["verdict"]) == {"supported"}


# Each list with an item for every kind of claim: the form, the rules, the methods, and the words for students.
LISTS_OF_KINDS = (CLAIM_FORMS, KINDS, claim_methods.SENTENCES, course_text.CLAIM_DESCRIPTIONS)


def test_every_kind_of_claim_has_form_rules_and_sentences() -> None:
    named = set(get_args(get_type_hints(Claim)["kind"]))
    assert [set(known) for known in LISTS_OF_KINDS] == [named] * len(LISTS_OF_KINDS)


@pytest.mark.parametrize("known", LISTS_OF_KINDS, ids=["form", "rules", "sentences", "description"])
def test_a_half_made_kind_of_claim_is_refused_with_the_place_to_add_it(known: PerKind[Any]) -> None:
    with pytest.raises(KeyError, match="half_made") as error:
        known["half_made"]
    assert re.search(r"secretome\.[a-z_.]+\.[A-Z_]+", str(error.value))


@pytest.fixture
def differs(monkeypatch: pytest.MonkeyPatch) -> Claim:
    """A claim of a kind that a response differs in either direction, as far as `ClaimForm` states it."""
    monkeypatch.setitem(CLAIM_FORMS, "differs", ClaimForm("difference", together=False, over_doses=False))
    directed = load_study(SEPSIS).protocol.claims["il6_falls_t1"]
    return replace(directed, kind="differs", direction=None)  # type: ignore[arg-type]


def test_a_claim_of_a_difference_is_no_equivalence_and_has_no_direction(differs: Claim) -> None:
    assert not differs.is_equivalence
    with pytest.raises(ValueError, match="direction"):
        _ = differs.rises


@pytest.mark.parametrize(("scenario", "expected"), [("as_published", "true"), ("null", "false"), ("reversed", "true")])
def test_a_claim_of_a_difference_is_true_in_either_direction(differs: Claim, scenario: str, expected: str) -> None:
    assert truth(replace(load_study(SEPSIS).protocol, claims={"differs": differs}), scenario, "differs") == expected


def test_a_claim_of_a_difference_finds_it_in_either_direction(differs: Claim) -> None:
    """The specification curve asks whether p is small, whichever group is higher."""
    for scenario, answers in (("as_published", ["claimed", "claimed"]), ("reversed", ["opposite", "claimed"])):
        study = simulate_study(SEPSIS, scenario, n=40, seed=1)
        results = analyse(study)
        for claim, answer in zip((study.protocol.claims["il6_falls_t1"], differs), answers, strict=True):
            asked = replace(study, protocol=replace(study.protocol, claims={"one": claim}))
            assert set(specifications(asked, results, "one")["answer"]) == {answer}
