"""The scoreboard, its rules in words, and the measured rates it prints."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from approved import check_approved
from reruns import provenance
from secretome import adjudicate, analyse
from secretome.cohort.simulate import simulate_study, truth
from secretome.power import measured_plans, measured_rates, rank_min_pvalues, trust
from secretome.power import tables as power_tables
from secretome.protocol import load_protocol, study_folder, study_names
from secretome.publish import scoreboard
from secretome.publish import tables as publish_tables
from secretome.publish import text as publish_text
from secretome.report import figures, text

PROTOCOLS = {name: load_protocol(study_folder(name) / "protocol.yml") for name in study_names()}
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def rates() -> pd.DataFrame:
    return measured_rates()


def test_no_cohort_of_the_book_counts() -> None:
    board = scoreboard()
    assert set(board["study"]) == set(PROTOCOLS)
    assert not board["counts"].any()
    assert ((board["origin"] == "simulated") != board["source_data"].astype(bool)).all()


def test_scoreboard_sentences_match_the_approved_text(rates: pd.DataFrame) -> None:
    """Counts of cohorts, the rules of each claim in words, and the figure of rates."""
    board, protocol = scoreboard(), PROTOCOLS["humoral_immunity"]
    own = rates[rates["analysis"] == "planned"]
    check_approved(
        "scoreboard",
        {
            "no cohort counts": (
                publish_text.headline(board, PROTOCOLS),
                publish_text.uncounted_sentence(board),
                publish_text.outdated_sentence(protocol_changed=True),
            ),
            **{
                f"rules of {study}": publish_tables.rules_table(PROTOCOLS[study], 0.05).to_csv(sep="|", index=False)
                for study in PROTOCOLS
            },
            "figure of shares": trust.trust_alt(protocol, "support", trust.true_claims(own, protocol)),
        },
    )


def test_a_published_cohort_counts_once_and_only_if_it_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three published reruns:

    one measured, one simulated, one with an altered protocol. A headline counts animals, not donors.
    """
    study = simulate_study("sepsis_cytokines", n=6, seed=4)
    verdicts = adjudicate(study, analyse(study, ("published", "planned")))
    for cohort, changes in (
        ("lab-a", {"origin": "measured"}),
        ("made-up", {}),
        ("altered", {"origin": "measured", "protocol_altered": True}),
    ):
        folder = tmp_path / "sepsis_cytokines" / "published" / cohort
        folder.mkdir(parents=True)
        verdicts.assign(cohort=cohort, **changes).to_csv(folder / "verdicts.csv", index=False)
        provenance(cohort=cohort, cohort_animals=24).write(folder)
        history = [{"day": "2026-11-25", "what": "published", "cohort_sha256": "0" * 64}]
        (folder / "history.json").write_text(json.dumps(history), encoding="utf-8")
    monkeypatch.setattr("secretome.publish.published_dir.study_folder", lambda name: tmp_path / name)
    board = scoreboard()
    assert set(board.loc[board["counts"], "cohort"]) == {"lab-a"}
    assert publish_text.headline(board, PROTOCOLS).endswith("so far: 1.")
    counted = publish_tables.scoreboard_table(board[board["counts"]], PROTOCOLS["sepsis_cytokines"])
    assert list(counted.columns) == ["Claim", "lab-a, 24 rats"]
    # The file has no deaths, so the claim on survival was not asked.
    *asked, survival = counted["lab-a, 24 rats"]
    assert survival == "–"
    assert pd.Series(asked).str.contains(r"^(?:supported|inconclusive|contradicted): ratio \d", regex=True).all()


@pytest.mark.parametrize(
    ("study", "scenario", "claim", "expected"),
    [
        ("sepsis_cytokines", "null", "il6_falls_t1", "false"),
        ("sepsis_cytokines", "deaths", "il6_falls_t1", "true"),
        ("humoral_immunity", "one_null_arm", "afc_rises", "false"),
        ("humoral_immunity", "plateau", "afc_rises", "true"),
        ("humoral_immunity", "plateau", "afc_dose_im", "false"),
        ("humoral_immunity", "plateau", "afc_beats_reference", "false"),
        ("humoral_immunity", "as_published", "afc_beats_reference", "true"),
        ("humoral_immunity", "titre_raw", "titre_rises", "too small"),
        ("humoral_immunity", "at_margin", "phagocytosis_unchanged", "false"),
        ("humoral_immunity", "null", "phagocytosis_unchanged", "true"),
    ],
)
def test_whether_a_claim_is_true_in_a_scenario(study: str, scenario: str, claim: str, expected: str) -> None:
    assert truth(PROTOCOLS[study], scenario, claim) == expected


def test_every_promise_holds_within_the_error(rates: pd.DataFrame) -> None:
    """At most 2.5 % of false directions and 5 % of false sameness:

    over some 250 shares, none beyond 3.5 standard errors.
    """
    false = rates[(rates["analysis"] == "planned") & (rates["truth"] == "false")]
    assert len(false) > 200
    most = np.where(false["claim"] == "phagocytosis_unchanged", 0.05, 0.025)
    assert (false["supported"] <= most + 3.5 * np.sqrt(most * (1 - most) / false["cohorts"])).all()


def test_large_cohorts_of_the_published_world_are_supported_and_three_animals_say_nothing_by_ranks(
    rates: pd.DataFrame,
) -> None:
    """All but the 1.2-fold claim at n = 40;

    titres whose true ratio of 2 is the edge of the margin fall short in one of twenty.
    """
    world = rates[rates["scenario"] == "as_published"]
    large = world[(world["analysis"] == "planned") & (world["n"] == 40)].set_index("claim")["supported"]
    assert (large.drop("afc_beats_reference") >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2000)).all()
    assert large["afc_beats_reference"] < 0.5
    protocols = [load_protocol(study_folder(study) / "protocol.yml") for study in set(world["study"])]
    trends = [key for protocol in protocols for key, claim in protocol.claims.items() if claim.kind == "trend"]
    small = world[(world["analysis"] == "published") & (world["n"] == 3)].set_index("claim")
    # The groups of a trend have enough orders together.
    assert (small.drop([*trends, "phagocytosis_unchanged"])["untestable"] == 1).all()
    wide = rates[
        (rates["scenario"] == "phagocytosis_wide") & (rates["claim"] == "phagocytosis_unchanged") & (rates["n"] <= 12)
    ]
    assert wide["supported"].max() < 0.01


@pytest.mark.parametrize("cell", [("humoral_immunity", "one_null_arm", 4), ("treg_conditioned_medium", "null", 5)])
def test_the_table_is_what_the_code_measures_today(
    rates: pd.DataFrame, cell: tuple[str, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    sys.modules.pop("verdicts", None)
    import verdicts

    anew = verdicts.measure(cell).sort_values(["claim", "analysis"])
    study, scenario, n = cell
    kept = rates[(rates["study"] == study) & (rates["scenario"] == scenario) & (rates["n"] == n)].sort_values(
        ["claim", "analysis"]
    )
    pd.testing.assert_frame_equal(anew.reset_index(drop=True), kept[anew.columns].reset_index(drop=True))


def test_figures_and_tables_of_rates(rates: pd.DataFrame) -> None:
    own = rates[(rates["analysis"] == "planned") & (rates["claim"] == "phagocytosis_unchanged")]
    protocol, planned = PROTOCOLS["humoral_immunity"], rates[rates["analysis"] == "planned"]
    false = trust.false_claims(planned, protocol)
    assert not {"null", "reversed", "at_margin"} & set(false)  # a scenario is named in words
    svg = figures.to_svg(figures.shares_figure(false, "supported", 0.025, 0.06), "shares")
    assert all(line in svg for name in false for line in name.split("\n"))
    assert set(trust.opposite_effects(planned, protocol)) == set(trust.true_claims(planned, protocol))
    assert power_tables.rates_table(own, "supported", protocol).columns[2] == "n = 3"
    worth = power_tables.worth_table(rates, PROTOCOLS, 12)
    assert len(worth) == sum(len(protocol.simulated.claims) for protocol in PROTOCOLS.values())
    scenarios = protocol.simulation.scenarios
    worst = worth["Supported if false, largest"][1].partition(": ")[2]
    assert worst in {scenarios[name].about for name in ("plateau", "null")}


def test_a_study_without_measured_rates_is_said_to_have_none(rates: pd.DataFrame) -> None:
    # Studies may be new to the book and not measured either.
    claims = {
        claim.sentence
        for name, protocol in PROTOCOLS.items()
        if name == "sepsis_cytokines" or name not in set(rates["study"])
        for claim in protocol.simulated.claims.values()
    }
    rest = rates[rates["study"] != "sepsis_cytokines"]
    shown = power_tables.worth_table(rest, PROTOCOLS, 12).set_index("Claim")
    for sentence in claims:
        assert set(shown.loc[sentence]) == {text.NOT_MEASURED}
    assert set(shown.index[(shown == text.NOT_MEASURED).any(axis=1)]) == claims
    plans = measured_plans()
    needed = power_tables.needs_table(plans[plans["study"] != "sepsis_cytokines"], PROTOCOLS, 0.8)
    assert (needed.iloc[:, 1:] == text.NOT_MEASURED).all(axis=1).sum() == len(claims)


def test_shares_carry_their_error() -> None:
    assert [text.share(p, 2000) for p in (0.82, 0.021, 0.0, 1.0, 0.0001)] == [
        "82 ± 1.7 %",
        "2.1 ± 0.6 %",
        "0 %",
        "100 %",
        "under 0.1 %",
    ]


def test_min_pvalues_of_exact_rank_tests() -> None:
    """2 of the 252 ways to choose five of ten, times six and seven;

    2 of the 1680 orders of three doses of three animals.
    """
    minimum = rank_min_pvalues([3, 5], groups=(6, 7), doses=3).set_index("n")
    assert minimum.loc[5, "Mann-Whitney, times 6"] == pytest.approx(6 * 2 / 252)
    assert minimum.loc[5, "Mann-Whitney, times 7"] == pytest.approx(7 * 2 / 252)
    assert minimum.loc[3, "Jonckheere, 3 doses"] == pytest.approx(2 / 1680)
    # Steel's with seven groups: between one comparison and Bonferroni's bound.
    assert 2 / 252 < minimum.loc[5, "Steel, 7 groups"] < 7 * 2 / 252
    shown = power_tables.min_pvalues_table(minimum.reset_index(), 0.05)
    assert shown["Mann-Whitney, times 7"][1].endswith("(never)")
    assert not shown["Mann-Whitney, times 6"][1].endswith("(never)")
