"""How many animals: against formulas, against brute force, and as the command says it."""

import re
from math import comb

import numpy as np
import pytest
from scipy import stats as scipy_stats
from typer.testing import CliRunner

from approved import check_approved
from secretome import adjudicate, analyse
from secretome.cli import app
from secretome.cohort.simulate import log_sd, simulate_study, with_effect
from secretome.power import claim_rates, first_exact_n, measured_plans, smallest_n
from secretome.power import tables as power_tables
from secretome.power import text as power_text
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.report import figures

PROTOCOLS = {name: load_protocol(study_folder(name) / "protocol.yml") for name in study_names()}
SEPSIS = PROTOCOLS["sepsis_cytokines"]


def noncentral(n: int, ratio: float) -> float:
    """The chance of support of the IL-4 claim: its rule asks for half of .05 over two, in the claimed tail."""
    shift = np.log(ratio) / (log_sd(0.33) * np.sqrt(2 / n))
    return float(scipy_stats.nct.sf(scipy_stats.t.ppf(1 - 0.0125, 2 * n - 2), 2 * n - 2, shift))


@pytest.mark.parametrize(("effect", "ratio"), [(1.0, 27 / 17), (0.75, (27 / 17) ** 0.75)])
def test_the_smallest_n_is_that_of_the_noncentral_t(effect: float, ratio: float) -> None:
    """Welch's degrees of freedom at equal spreads hardly fall short of Student's;

    the margin takes away next to nothing.
    """
    expected = next(n for n in range(3, 60) if noncentral(n, ratio) >= 0.8)
    need = smallest_n(SEPSIS, "il4_rises_t2", effect=effect, cohorts=20_000)
    assert need.n is not None
    assert abs(need.n - expected) <= 1
    planned = need.rates[need.rates["analysis"] == "planned"].set_index("n")["supported"]
    assert planned[need.n] >= 0.8 > planned[need.n - 1]
    assert planned[need.n] == pytest.approx(noncentral(need.n, ratio), abs=0.02)


@pytest.mark.slow
def test_published_n_is_confirmed_by_single_cohorts() -> None:
    """The slow path, with seeds of its own:

    250 cohorts of pairs, each analysed and adjudicated as a laboratory's file would be.
    """
    plans = measured_plans()
    own = plans[(plans["claim"] == "tregs_rise_cd25pos") & (plans["effect"] == 1)]
    n = int(own[own["supported"] >= 0.8]["n"].min())
    studies = (simulate_study("treg_conditioned_medium", n=n, seed=seed) for seed in range(5000, 5250))
    verdicts = (adjudicate(study, analyse(study, ("published", "planned"))) for study in studies)
    share = np.mean(
        [table.set_index("claim").loc["tregs_rise_cd25pos", "verdict"] == "supported" for table in verdicts]
    )
    printed = float(own.set_index("n").loc[n, "supported"])
    assert share == pytest.approx(printed, abs=3 * np.sqrt(printed * (1 - printed) / 250))


def test_saved_plans_equal_current_results() -> None:
    plans = measured_plans()
    for claim, effect, n in (("afc_dose_im", 0.5, 4), ("tregs_rise_cd25neg", 0.75, 6)):
        protocol = next(protocol for protocol in PROTOCOLS.values() if claim in protocol.claims)
        rates = claim_rates(protocol, claim, [n], effect=effect, published=1, precise=True)
        anew = rates[rates["analysis"] == "planned"].iloc[0]
        kept = plans[(plans["claim"] == claim) & (plans["effect"] == effect) & (plans["n"] == n)].iloc[0]
        assert anew["supported"] == kept["supported"]
        assert anew["cohorts"] == kept["cohorts"]


def test_an_effect_is_shared_on_the_log_scale() -> None:
    half = with_effect(PROTOCOLS["humoral_immunity"], "as_published", 0.5).simulation
    assert half is not None
    centres = half.scenarios["as_published"].centres
    # 180 plaques over 60 is a ratio of 3; titres count steps, of which half are left; the reference drug keeps its own.
    assert centres["afc"]["im10"] == pytest.approx(60 * np.sqrt(3))
    assert centres["titre"]["im50"] == pytest.approx(4 + 3.8 / 2)
    assert "thymalin" not in centres["afc"]
    with pytest.raises(ValueError, match="above 0"):
        with_effect(SEPSIS, "null", 0)


def test_the_first_n_of_exact_tests_is_a_count_of_arrangements() -> None:
    mann_whitney = next(n for n in range(3, 9) if 2 / comb(2 * n, n) <= 0.05)
    signed_rank = next(n for n in range(3, 9) if 2 / 2**n <= 0.05)
    assert first_exact_n(SEPSIS, "il6_falls_t1") == mann_whitney == 4
    assert first_exact_n(PROTOCOLS["treg_conditioned_medium"], "tregs_rise_cd25pos") == signed_rank == 6


def test_sizes_around_the_smallest_are_of_most_cohorts() -> None:
    """The sizes that led to it are of fewer cohorts, without the published test."""
    need = smallest_n(SEPSIS, "il4_rises_t2", cohorts=4000)
    assert need.n is not None
    planned = need.rates[need.rates["analysis"] == "planned"].set_index("n")["cohorts"]
    published = need.rates[need.rates["analysis"] == "published"]["n"].tolist()
    assert planned.loc[[need.n - 1, need.n]].tolist() == [4000, 4000]
    assert planned.drop(published).eq(2000).all()
    assert {need.n - 1, need.n} <= set(published) < set(planned.index)
    cells = power_tables.power_table(need.rates).set_index("n")["Published test supports"]
    assert cells.drop(published).eq("–").all()
    assert not cells[published].eq("–").any()


def test_smallest_n_is_none_under_the_null() -> None:
    assert smallest_n(SEPSIS, "il4_rises_t2", scenario="null", cohorts=200).n is None


def test_rates_of_a_size_do_not_depend_on_other_sizes() -> None:
    alone, among = (claim_rates(SEPSIS, "il4_rises_t2", sizes, cohorts=300) for sizes in ([8], [4, 8]))
    assert alone["supported"].tolist() == among[among["n"] == 8]["supported"].tolist()


def test_planning_sentences_match_the_approved_text() -> None:
    """The sentence of the command names the n that the test of the noncentral t has."""
    plans = measured_plans()
    null = smallest_n(SEPSIS, "il4_rises_t2", scenario="null", cohorts=200)
    command = CliRunner().invoke(app, ["power", "sepsis_cytokines", "--claim", "il4_rises_t2", "--cohorts", "2000"])
    assert command.exit_code == 0, command.output
    own = plans[plans["study"] == "humoral_immunity"]
    check_approved(
        "planning_sentences",
        {
            "no n under the null": power_text.ethics_sentence(SEPSIS, "il4_rises_t2", None, null.rates, 0.8),
            "command, without its table": [line for line in command.output.splitlines() if re.match(r"\w", line)],
            "75 % of each effect": power_text.plan_sentences(PROTOCOLS, plans, 0.8, effect=0.75),
            "figure of a study": power_text.planning_alt(PROTOCOLS["humoral_immunity"], own, 0.8),
            "captions: groups, no control, pairs": [
                power_text.planning_caption(PROTOCOLS[name], plans[plans["study"] == name], 0.8)
                for name in ("humoral_immunity", "tooth_growth", "treg_conditioned_medium")
            ],
        },
    )


def test_power_command_reports_every_invalid_option() -> None:
    options = [
        "--claim",
        "il5",
        "-n",
        "2,x",
        "--effect",
        "0",
        "--target",
        "1",
        "--scenario",
        "nil",
        "--cohorts",
        "5",
        "--seed",
        "-1",
    ]
    result = CliRunner().invoke(app, ["power", "sepsis_cytokines", *options])
    assert result.exit_code == 2
    assert result.stdout == ""
    for name in ("--claim", "-n:", "--effect", "--target", "--scenario", "--cohorts", "--seed"):
        assert name in result.stderr


def test_page_of_plans_has_a_column_and_a_curve_for_each_effect() -> None:
    plans = measured_plans()
    table = power_tables.needs_table(plans, PROTOCOLS, 0.8)
    assert [column.split()[0] for column in table.columns] == ["Claim", "100", "75", "50"]
    own = plans[plans["study"] == "humoral_immunity"]
    titles = {key: power_text.claim_heading(claim) for key, claim in PROTOCOLS["humoral_immunity"].claims.items()}
    assert ">50 %<" in figures.to_svg(figures.planning_figure(own, titles, 0.8), "plans")
