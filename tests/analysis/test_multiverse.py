"""The other analyses: enough of them, each different, and each what it says."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests

from approved import check_approved
from rats import Rats
from secretome import analyse, stats
from secretome.analysis import Adjustment, Method, Nondetects, Scale
from secretome.analysis.permutations import GENERATOR
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study

LINEAR, LOG = Scale.LINEAR, Scale.LOG
BONFERRONI, UNADJUSTED = Adjustment.BONFERRONI, Adjustment.NONE


def others(study: Study, endpoint: str = "il6", contrast: str = "t2 vs control") -> pd.DataFrame:
    rows = analyse(study, ("multiverse",))
    return rows[(rows["endpoint"] == endpoint) & (rows["contrast"] == contrast)]


def select(rows: pd.DataFrame, test: Method, scale: Scale, adjustment: Adjustment, put: str = "") -> pd.DataFrame:
    """The analyses with these codes; `put` is what is put for values beyond a limit, if there are any."""
    found = rows[(rows["test"] == test) & (rows["scale"] == scale) & (rows["adjustment"] == adjustment)]
    return found[found["nondetects"] == put] if put else found


def one(rows: pd.DataFrame, test: Method, scale: Scale, adjustment: Adjustment, put: str = "") -> pd.Series:
    found = select(rows, test, scale, adjustment, put)
    assert len(found) == 1
    return found.iloc[0]


def numbers(endpoint: str, group: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(Rats.plain[endpoint][group], dtype=np.float64)


def test_there_are_enough_and_none_twice(rats: Rats) -> None:
    """15 to 40 to a claim, no two with the same p, adjusted p and estimate."""
    awkward = [
        rats(),
        rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}),
        rats({"control": [">1000", 131, 77, 160, 108, 84]}),
        rats({"sham": [], "t1": []}, {"sham": [], "t1": []}),
        rats({"sham": []}),
        simulate_study("sepsis_cytokines", "deaths"),
    ]
    for study in awkward:
        rows = others(study)
        assert 15 <= len(rows) <= 40
        assert rows["method"].is_unique
        computed = rows[rows["pvalue"].notna() & ~rows["test"].isin([Method.PERMUTATION, Method.BRUNNER_MUNZEL])]
        numbers = computed[["pvalue", "pvalue_adjusted", "estimate"]].round(12)
        assert not numbers.duplicated().any(), computed[numbers.duplicated(keep=False)]["method"].tolist()


def test_an_absent_group_does_not_lower_anothers_p(rats: Rats) -> None:
    """Without the other dose, Dunnett's test would be an unadjusted t:

    it is left out, and Bonferroni keeps the protocol's family.
    """
    rows = others(rats({"t1": []}, {"t1": []}))
    assert not rows["test"].isin([Method.DUNNETT, Method.DUNNETT_ALL]).any()
    row = one(rows, Method.STUDENT, LINEAR, BONFERRONI)
    assert row["pvalue_adjusted"] == pytest.approx(2 * row["pvalue"])


def test_names_of_analyses_match_the_approved_text(rats: Rats) -> None:
    """A test that takes its spread from a third group has put a number for a value there too;

    and a value above a limit has none below it.
    """
    below = others(rats({"sham": ["<15.6", 12, 13, 17, 16, 15], "t1": ["<15.6", 61, 39, 75, 52, 44]}))
    above = others(rats({"control": [">1000", 131, 77, 160, 108, 84]}))
    dead = "animal,group,il6,il4,event\n" + "".join(
        f"{group}{i},{group},{50 + i if i else ''},{20 + i if i else ''},{int(not i)}\n"
        for group in Rats.plain["il6"]
        for i in range(6)
    )
    plain = others(rats())["method"]
    cases = {
        "values below a limit in other groups": below,
        "value above a limit": above,
        "deaths, IL-6": others(rats.read(dead)),
        "deaths, IL-4": others(rats.read(dead), "il4"),
    }
    check_approved(
        "names_of_analyses",
        {"plain": plain}
        | {f"{case}: other names": rows.loc[~rows["method"].isin(plain), "method"] for case, rows in cases.items()},
    )


def test_neither_the_planned_nor_the_published_analysis_is_among_them(rats: Rats) -> None:
    plain = others(rats())
    assert select(plain, Method.WELCH, LOG, BONFERRONI).empty
    assert select(plain, Method.MANN_WHITNEY, Scale.RANK, UNADJUSTED).empty
    assert len(select(plain, Method.WELCH, LOG, UNADJUSTED)) == 1
    assert len(select(plain, Method.MANN_WHITNEY, Scale.RANK, BONFERRONI)) == 1
    # Where the ranks were planned, it is they that are left out.
    mostly = others(rats({"t2": ["<15.6"] * 5 + [20]}))
    assert select(mostly, Method.MANN_WHITNEY, Scale.RANK, BONFERRONI).empty
    assert len(select(mostly, Method.WELCH, LOG, BONFERRONI, Nondetects.HALF_LIMIT)) == 1


def test_t_tests_are_scipys(rats: Rats) -> None:
    rows = others(rats())
    x, y = numbers("il6", "t2"), numbers("il6", "control")
    for method, equal in ((Method.WELCH, False), (Method.STUDENT, True)):
        for scale, values in ((LINEAR, (x, y)), (LOG, (np.log(x), np.log(y)))):
            row, test = one(rows, method, scale, UNADJUSTED), scipy_stats.ttest_ind(*values, equal_var=equal)
            interval = np.array(test.confidence_interval(0.95))
            assert row["pvalue"] == pytest.approx(test.pvalue)
            assert [row["low"], row["high"]] == pytest.approx(np.exp(interval) if scale == LOG else interval)


def test_the_spread_of_the_family_is_that_of_an_analysis_of_variance(rats: Rats) -> None:
    """With one comparison left out, t squared of a contrast is F: here by the residual mean square of three groups."""
    groups = [numbers("il6", group) for group in ("control", "t1", "t2")]
    residual = sum(((group - group.mean()) ** 2).sum() for group in groups) / 15
    t = (groups[2].mean() - groups[0].mean()) / np.sqrt(residual * (1 / 6 + 1 / 6))
    row = one(others(rats()), Method.FAMILY_SPREAD, LINEAR, UNADJUSTED)
    assert row["statistic"] == pytest.approx(t)
    assert row["pvalue"] == pytest.approx(2 * scipy_stats.t.sf(abs(t), 15))


def test_adjustments_are_bonferroni_and_holm(rats: Rats) -> None:
    """Holm's p is another than Bonferroni's and the plain one only between the smallest and the largest:

    never in a family of two.
    """
    rows = analyse(rats(), ("multiverse",))
    rows = rows[rows["endpoint"] == "il4"]
    for method, scale in (
        (Method.WELCH, LINEAR),
        (Method.MANN_WHITNEY_MIDP, Scale.RANK),
        (Method.BRUNNER_MUNZEL, Scale.RANK),
    ):
        own = select(rows, method, scale, BONFERRONI)
        assert list(own["pvalue_adjusted"]) == pytest.approx(multipletests(own["pvalue"], method="bonferroni")[1])
    assert not (rows["adjustment"] == Adjustment.HOLM).any()


def test_holm_in_a_family_of_three(rats: Rats) -> None:
    study = rats({"t1": [92, 60, 77, 100, 88, 84]})
    family = ("t1 vs control", "t2 vs control", "sham vs control")
    claims = {key: replace(claim, family=family) for key, claim in study.protocol.claims.items()}
    wider = replace(study, protocol=replace(study.protocol, claims=claims, checks={}))
    rows = analyse(wider, ("multiverse",))
    rows = rows[rows["endpoint"] == "il4"]
    plain = select(rows, Method.WELCH, LINEAR, UNADJUSTED).set_index("contrast")["pvalue"]
    expected = dict(zip(plain.index, multipletests(plain, method="holm")[1], strict=True))
    holm = one(rows, Method.WELCH, LINEAR, Adjustment.HOLM)
    assert holm["pvalue_adjusted"] == pytest.approx(expected[holm["contrast"]])


def test_dunnett_is_scipys_to_its_error(rats: Rats) -> None:
    """SciPy integrates by chance, and is right to about 3e-4."""
    rows = others(rats(), "il4")
    logs = [np.log(numbers("il4", group)) for group in ("t1", "t2", "control")]
    row = one(rows, Method.DUNNETT, LOG, Adjustment.DUNNETT)
    family = scipy_stats.dunnett(*logs[:2], control=logs[2], **{GENERATOR: np.random.default_rng(1)})
    assert row["pvalue_adjusted"] == pytest.approx(family.pvalue[1], abs=1e-3)
    assert row["estimate"] == pytest.approx(np.exp(logs[1].mean() - logs[2].mean()))
    every = scipy_stats.dunnett(
        *(numbers("il4", g) for g in ("sham", "t1", "t2")),
        control=numbers("il4", "control"),
        **{GENERATOR: np.random.default_rng(1)},
    )
    row = one(rows, Method.DUNNETT_ALL, LINEAR, Adjustment.DUNNETT)
    assert row["pvalue_adjusted"] == pytest.approx(every.pvalue[2], abs=1e-3)


@pytest.mark.parametrize(
    ("put", "value"),
    [
        (Nondetects.HALF_LIMIT, 7.8),
        (Nondetects.LIMIT_OVER_SQRT2, 15.6 / math.sqrt(2)),
        (Nondetects.LIMIT, 15.6),
    ],
)
def test_value_below_the_limit_is_replaced_by_the_number_of_its_code(rats: Rats, put: Nondetects, value: float) -> None:
    rows = others(rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}))
    x = np.log([value, 27, 41, 22, 30, 38])
    test = scipy_stats.ttest_ind(x, np.log(numbers("il6", "control")), equal_var=False)
    assert one(rows, Method.WELCH, LOG, BONFERRONI, put)["pvalue"] == pytest.approx(test.pvalue)


PAIN_WITHOUT = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
PAIN_TREATED = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]


def test_brunner_munzel_is_permuted(rats: Rats) -> None:
    """Pain scores of Brunner & Munzel (2000): permuted, p = .008038 by R's brunnermunzel over all arrangements."""
    rows = others(rats({}, {"control": PAIN_WITHOUT, "t2": PAIN_TREATED}), "il4")
    row = one(rows, Method.BRUNNER_MUNZEL, Scale.RANK, UNADJUSTED)
    assert row["pvalue"] == pytest.approx(0.008038, abs=4 * math.sqrt(0.008 / 9999))
    # Their statistic 3.1375 is of the treated below the untreated.
    assert row["statistic"] == pytest.approx(-3.1375, abs=1e-4)


def test_brunner_munzel_under_separation_reaches_the_minimum_pvalue_of_the_permutations(rats: Rats) -> None:
    row = one(others(rats()), Method.BRUNNER_MUNZEL, Scale.RANK, UNADJUSTED)
    assert row["pvalue"] == pytest.approx(2 / math.comb(12, 6))


def test_the_dead_rank_worst(rats: Rats) -> None:
    """Two dead controls rank highest in IL-6 and lowest in IL-4."""
    text = "animal,group,il6,il4,event\n"
    values = {"control": [50, 60, 70, 80], "t1": [40, 45, 55, 65], "t2": [30, 35, 42, 52], "sham": [10, 11, 12, 13]}
    text += "".join(
        f"{group}{i},{group},{value},{value},0\n" for group, own in values.items() for i, value in enumerate(own)
    )
    study = rats.read(text + "a,control,,,1\nb,control,,,1\n")
    highest = one(others(study), Method.MANN_WHITNEY_DEAD_HIGHEST, Scale.RANK, BONFERRONI)
    assert highest["pvalue"] == pytest.approx(stats.mann_whitney(values["t2"], [*values["control"], 999, 999]).pvalue)
    lowest = one(others(study, "il4"), Method.MANN_WHITNEY_DEAD_LOWEST, Scale.RANK, BONFERRONI)
    assert lowest["pvalue"] == pytest.approx(stats.mann_whitney(values["t2"], [*values["control"], 1, 1]).pvalue)
    assert not others(rats())["test"].isin([Method.MANN_WHITNEY_DEAD_HIGHEST, Method.MANN_WHITNEY_DEAD_LOWEST]).any()
