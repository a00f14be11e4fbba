"""Verdicts of many cohorts at once: the same as one by one, and at the rates that were promised."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from drawn_cohorts import assert_decided_alike
from secretome.cohort.simulate import log_sd, simulate_many
from secretome.power import claim_rates, verdict_rates
from secretome.protocol import load_protocol, study_folder

PROTOCOLS = {
    name: load_protocol(study_folder(name) / "protocol.yml")
    for name in ("sepsis_cytokines", "humoral_immunity", "treg_conditioned_medium")
}


@pytest.mark.parametrize(
    ("name", "scenario", "n"),
    [
        ("sepsis_cytokines", "as_published", 6),
        ("sepsis_cytokines", "deaths", 6),
        pytest.param("sepsis_cytokines", "reversed", 3, marks=pytest.mark.slow),
        pytest.param("humoral_immunity", "as_published", 3, marks=pytest.mark.slow),
        pytest.param("humoral_immunity", "one_null_arm", 8, marks=pytest.mark.slow),
        pytest.param("humoral_immunity", "reversed", 4, marks=pytest.mark.slow),
        pytest.param("humoral_immunity", "reversed", 12, marks=pytest.mark.slow),
        ("humoral_immunity", "at_margin", 12),
        ("treg_conditioned_medium", "as_published", 5),
        pytest.param("treg_conditioned_medium", "null", 12, marks=pytest.mark.slow),
    ],
)
def test_many_cohorts_are_decided_like_single_cohorts(name: str, scenario: str, n: int) -> None:
    """Rule by rule, by the code that judges a laboratory's file:

    values below a limit, deaths and titres at the plate's end among them.
    """
    # Large groups take longer and differ less from one cohort to the next.
    protocol, cohorts = PROTOCOLS[name], 8 if n < 12 else 3
    drawn = simulate_many(protocol, scenario, n=n, cohorts=cohorts, rng=np.random.default_rng(n))
    assert_decided_alike(protocol, drawn, cohorts)


@cache
def rates_of_all_claims(name: str, scenario: str, n: int, cohorts: int, published: int) -> pd.DataFrame:
    return verdict_rates(
        PROTOCOLS[name], scenario, n, cohorts=cohorts, published=published, rng=np.random.default_rng(20)
    )


def rate(
    name: str, scenario: str, n: int, claim: str, *, analysis: str = "planned", cohorts: int = 2000
) -> tuple[float, float]:
    """The share supported, and its standard error were it the one promised."""
    rates = rates_of_all_claims(name, scenario, n, cohorts, cohorts if analysis == "published" else 1)
    return rates[rates["analysis"] == analysis].set_index("claim").loc[claim, "supported"], cohorts


@pytest.mark.parametrize(
    ("scenario", "claim", "most"),
    [
        ("null", "afc_rises", 0.025),
        ("null", "titre_rises", 0.025),
        ("null", "afc_dose_im", 0.025),
        ("one_null_arm", "afc_rises", 0.025),
        ("one_null_arm", "titre_rises", 0.025),
        ("plateau", "afc_dose_im", 0.025),
        ("plateau", "afc_beats_reference", 0.025),
        ("at_margin", "phagocytosis_unchanged", 0.05),
    ],
)
@pytest.mark.parametrize("n", [5, 12])
def test_false_support_is_at_most_its_rate(scenario: str, claim: str, most: float, n: int) -> None:
    """Within three standard errors of 4000 cohorts; the whole table stands in the book."""
    share, cohorts = rate("humoral_immunity", scenario, n, claim, cohorts=4000)
    assert share <= most + 3 * np.sqrt(most * (1 - most) / cohorts)


def test_il4_is_supported_as_often_as_the_noncentral_t_says() -> None:
    """Ratio 1.6, CV .33, twelve a group, two-sided .025 in the claimed tail, Welch's df close to Student's 22."""
    shift = np.log(1.6) / (log_sd(0.33) * np.sqrt(2 / 12))
    power = scipy_stats.nct.sf(scipy_stats.t.ppf(1 - 0.0125, 22), 22, shift)
    cohorts = 2000
    share, null = (
        # IL-4 alone: the model of the values of IL-6 below a limit would take most of the time.
        claim_rates(PROTOCOLS["sepsis_cytokines"], "il4_rises_t2", [12], scenario=scenario, cohorts=cohorts)
        .set_index("analysis")
        .loc["planned", "supported"]
        for scenario in ("as_published", "null")
    )
    assert share == pytest.approx(power, abs=3 * np.sqrt(power * (1 - power) / cohorts))
    assert null <= 0.0125 + 3 * np.sqrt(0.0125 * 0.9875 / cohorts)


def test_signed_rank_of_five_pairs_cannot_reach_alpha() -> None:
    """T-cell pairs, five of them, nothing true:

    the minimum attainable p of the signed-rank test of five pairs is 1/16, so nothing can be supported.
    """
    share, _ = rate("treg_conditioned_medium", "null", 5, "tregs_rise_cd25pos", analysis="published", cohorts=200)
    assert share == 0
    rates = verdict_rates(PROTOCOLS["treg_conditioned_medium"], "null", 5, cohorts=50, rng=np.random.default_rng(1))
    assert (rates.loc[rates["analysis"] == "published", "untestable"] == 1).all()


def test_shares_add_up_and_the_same_seed_gives_the_same() -> None:
    first, second = (
        verdict_rates(PROTOCOLS["sepsis_cytokines"], "null", 4, cohorts=40, rng=np.random.default_rng(3))
        for _ in range(2)
    )
    assert first.equals(second)
    assert first[["supported", "contradicted", "inconclusive", "untestable"]].sum(axis=1).to_numpy() == pytest.approx(1)
