"""Statements of the lessons: each number that a sentence states, against another way to compute it."""

import ast
import re
from itertools import permutations, product
from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats
from statsmodels.duration.survfunc import survdiff
from statsmodels.genmod import families as statsmodels_families
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from lessons_run import prose, ran
from secretome import stats
from secretome.course.lessons import lesson_names, read_lesson


@pytest.mark.parametrize("name", lesson_names())
def test_every_computed_number_is_shown_and_every_shown_number_is_computed(name: str) -> None:
    stated: set[str] = set()
    for cell in read_lesson(name).cells:
        if cell.cell_type == "code":
            calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
            says = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "say"]
            stated |= {keyword.arg or "**" for call in says for keyword in call.keywords}
    assert stated == set(re.findall(r"glue:text\}`(\w+)`", prose(name)))


def test_min_pvalues_separation_probability_matches_enumeration() -> None:
    """Two groups and a control of two animals each:

    of 90 assignments of six ranks, those with a separated group are counted.
    """
    separated = set()
    every = set(permutations((0, 0, 1, 1, 2, 2)))
    for order in every:
        control, one, two = (np.flatnonzero(np.array(order) == group) for group in (0, 1, 2))
        if any(group.max() < control.min() or group.min() > control.max() for group in (one, two)):
            separated.add(order)
    probability = ran("min_pvalues")["separation_probability"]
    assert callable(probability)
    assert len(every) == 90
    assert probability(2, 2) == pytest.approx(len(separated) / 90, abs=1e-12)
    assert probability(1, 5) == pytest.approx(2 / comb(10, 5), abs=1e-12)


def test_min_pvalues_seven_groups_of_five_can_be_significant_by_steel_only() -> None:
    """Steel's smallest p, by 100 000 random permutations, has a standard error of 0.0007."""
    probability = ran("min_pvalues")["separation_probability"]
    assert callable(probability)
    apart = [np.arange(5), *(np.arange(10 * group, 10 * group + 5) for group in range(1, 8))]
    assert stats.steel(apart, control=0).pvalue.min() == pytest.approx(probability(7, 5), abs=0.002)
    assert probability(7, 5) < 0.05 < probability(8, 5)
    assert 7 * 2 / comb(10, 5) > 0.05


def test_limits_widths_match_scipy_and_their_order_is_as_stated() -> None:
    """Welch's interval on logarithms by SciPy; the model's width is that of `stats.censored_lognormal` alone."""
    space = ran("limits")
    control, seen, below, limit, widths = (space[name] for name in ("control", "seen", "below", "limit", "widths"))
    for name, share in (("half", 0.5), ("root", 1 / np.sqrt(2)), ("whole", 1.0)):
        sham = [*seen, *[share * limit] * below]  # type: ignore[misc,operator]
        interval = scipy_stats.ttest_ind(np.log(control["lower"]), np.log(sham), equal_var=False).confidence_interval(
            0.95
        )  # type: ignore[index]
        assert widths[name] == pytest.approx(np.exp(interval.high - interval.low), rel=1e-9)  # type: ignore[index]
    assert widths["whole"] < widths["model"] < widths["half"]  # type: ignore[index]


def test_ranks_the_method_that_ignores_ties_is_the_answer() -> None:
    """R 4.2:

    wilcox.test gives 0.02724844, with a warning; without the correction for ties the normal approximation gives 0.0406.
    """
    space = ran("ranks")
    ps, low_dose, saline = space["ps"], space["low_dose"], space["saline"]
    assert round(ps["default"], 8) == 0.02724844  # type: ignore[index]
    u = scipy_stats.mannwhitneyu(low_dose, saline).statistic
    uncorrected = 2 * scipy_stats.norm.sf((abs(u - 32) - 0.5) / np.sqrt(64 * 17 / 12))
    untied = scipy_stats.mannwhitneyu(range(8), np.arange(8) + 0.5, method="exact")
    assert ps["exact"] != pytest.approx(stats.mann_whitney(low_dose, saline).pvalue, rel=0.05)  # type: ignore[index]
    assert untied.pvalue == pytest.approx(stats.mann_whitney(range(8), np.arange(8) + 0.5).pvalue)
    assert f"p = {ps['exact']:.4f}, by a method that ignores ties" in prose("ranks")  # type: ignore[index]
    assert f"The default, {ps['default']:.4f}," in prose("ranks")  # type: ignore[index]
    assert f"it would give {uncorrected:.4f}" in prose("ranks")
    assert min(ps, key=lambda name: abs(ps[name] - round(ps["exact"], 4))) == "exact"  # type: ignore[index,call-overload]


def test_ranks_scipy_default_is_asymptotic_for_ties_and_for_two_large_groups() -> None:
    assert ran("ranks")["largest_exact"] == 8
    for first, second, exact in ((8, 8, True), (8, 30, True), (9, 9, False), (12, 12, False)):
        x, y = np.arange(first) + 0.25, np.arange(second) * 1.1
        default = scipy_stats.mannwhitneyu(x, y).pvalue
        assert (default == scipy_stats.mannwhitneyu(x, y, method="exact").pvalue) == exact
    tied = [1, 2, 2], [2, 3, 4]
    assert scipy_stats.mannwhitneyu(*tied).pvalue == scipy_stats.mannwhitneyu(*tied, method="asymptotic").pvalue


def test_doses_correlation_of_means_that_never_fall_has_the_stated_minimum() -> None:
    stated = min(np.corrcoef(range(4), np.arange(4) >= jump)[0, 1] for jump in (1, 2, 3))
    rises = np.array([rise for rise in product(range(5), repeat=3) if any(rise)], dtype=float)
    means = np.concatenate([np.zeros((len(rises), 1)), np.cumsum(rises, axis=1)], axis=1)
    correlations = [np.corrcoef(range(4), row)[0, 1] for row in means]
    assert min(correlations) == pytest.approx(stated)
    assert stated == pytest.approx(0.7746, abs=0.0001)


def test_effects_interval_excludes_one_from_the_stated_number_of_donors_on() -> None:
    space = ran("effects")
    sizes, intervals, tests, first_clear, first_small = (
        space[name] for name in ("sizes", "intervals", "tests", "first_clear", "first_small")
    )
    assert all((interval.low > 1) == (n >= first_clear) for n, interval in zip(sizes, intervals, strict=True))  # type: ignore[call-overload,operator]
    assert all((test.pvalue <= 0.05) == (n >= first_small) for n, test in zip(sizes, tests, strict=True))  # type: ignore[call-overload,operator]


@pytest.mark.parametrize("hours", [[12, 12, 24, 24], [6, 12, 18, 24], [6, 6, 6, 6], [70, 6, 70, 70]])
def test_deaths_exact_p_does_not_depend_on_the_times(hours: list[int]) -> None:
    """All four deaths in one of two groups of twenty: 2 C(20, 4) / C(40, 4)."""
    died = [0] * 20 + [1] * 4 + [0] * 16
    exact = stats.logrank([72] * 20 + hours + [72] * 16, died, ["sham"] * 20 + ["cells"] * 20)
    assert exact.pvalue == pytest.approx(2 * comb(20, 4) / comb(40, 4), rel=1e-9)


def test_planning_cohens_nine_is_rounded_down() -> None:
    """Nine in each group have a power below 80 %, ten above; the nearest whole number is nine."""
    assert TTestIndPower().power(1.4, 9, 0.05) < 0.8 < TTestIndPower().power(1.4, 10, 0.05)
    assert round(TTestIndPower().solve_power(1.4, power=0.8, alpha=0.05)) == 9
    assert int(np.ceil(NormalIndPower().solve_power(1.4, power=0.8, alpha=0.05))) == 9
    assert ran("planning")["cohen"] == pytest.approx([0.807, 0.802, 0.796], abs=0.001)


def test_pooling_normal_and_t_interval_are_as_stated() -> None:
    """R's metafor 3.8.1, rma with method = "PM": 0.4761 to 1.0432 by default, 0.2979 to 1.6672 with test = "knha"."""
    logs = np.log([0.5, 0.7, 1.0])
    normal = np.exp(combine_effects(logs, np.full(3, 0.15**2), method_re="iterated").conf_int()[1])
    student = np.exp(stats.random_effects(logs, [0.15] * 3).confidence_interval(0.95))
    assert tuple(normal) == pytest.approx((0.4760907, 1.0431714), abs=1e-4)
    assert tuple(student) == pytest.approx((0.2978995, 1.6671535), abs=1e-5)
    assert f"would be {normal[1]:.2f}, not {student[1]:.2f}" in prose("pooling")


def test_effects_five_donors_cannot_reach_five_per_cent() -> None:
    """Two of 32 patterns of signs are as extreme as five equal ones, and two of 64 with six."""
    space = ran("effects")
    assert 2 / 2**5 > 0.05 > 2 / 2**6
    assert space["first_small"] == 6
    estimates = [fit.estimate for fit in space["fits"]]  # type: ignore[attr-defined]
    first = space["intervals"][0]  # type: ignore[index]
    assert all(first.low < estimate < first.high for estimate in estimates)


def test_doses_both_routes_have_an_effect_from_the_lowest_dose_on() -> None:
    space = ran("doses")
    for samples in (space["muscle"], space["skin"]):
        assert max(stats.shirley_williams(samples, alternative="greater").pvalue) <= 0.05  # type: ignore[arg-type]
        assert stats.jonckheere_terpstra(samples).pvalue <= 0.05  # type: ignore[arg-type]
    assert all(np.array(space["mice"].statistic) > space["critical"])  # type: ignore[attr-defined]


def test_counts_statements_about_statsmodels() -> None:
    """The p of Poisson, of quasi-Poisson from both distributions, and the warning about the shape."""
    model = ran("counts")["model"]
    poisson, normal, student = model.fit(), model.fit(scale="X2"), model.fit(scale="X2", use_t=True)  # type: ignore[attr-defined]
    assert poisson.pvalues[1] < 0.05 < normal.pvalues[1] < student.pvalues[1]
    assert normal.pvalues[1] == pytest.approx(
        2 * scipy_stats.norm.sf(abs(normal.params[1] / poisson.bse[1]) / np.sqrt(normal.scale))
    )
    with pytest.warns(UserWarning, match="alpha"):
        family = statsmodels_families.NegativeBinomial()
    assert family.alpha == 1


def test_planning_an_sd_of_logarithms_is_nearly_the_coefficient_of_variation() -> None:
    for cv in (0.1, 0.2, 0.33, 0.4):
        assert 0.96 < np.sqrt(np.log(1 + cv**2)) / cv < 1


def test_pooling_two_of_three_laboratories_are_clear_and_the_mean_is_not() -> None:
    alone = [2 * scipy_stats.norm.sf(abs(np.log(ratio)) / 0.15) for ratio in (0.5, 0.7, 1.0)]
    assert [p <= 0.05 for p in alone] == [True, True, False]
    usual = combine_effects(np.log([0.5, 0.7, 1.0]), np.square([0.15] * 3), method_re="chi2")
    assert np.exp(usual.conf_int()[1])[1] == pytest.approx(1.04, abs=0.005)


def test_auditing_a_p_of_an_se_and_the_printed_digits() -> None:
    """0.0092 and 0.368; 0.092 is printed."""
    groups = (4.56, 0.83, 3.62, 0.59)
    for factor, p in ((1, 0.0092), (np.sqrt(10), 0.368)):
        result = scipy_stats.ttest_ind_from_stats(groups[0], groups[1] * factor, 10, groups[2], groups[3] * factor, 10)
        assert result.pvalue == pytest.approx(p, rel=0.005)


def test_what_python_does_with_empty_cells_text_and_zeros() -> None:
    """The common mistakes of the lessons on deaths and on limits."""
    values = pd.Series([38.0, 52.0, np.nan])
    assert values.mean() == 45
    assert np.isnan(scipy_stats.ttest_ind(values, [1.0, 2.0, 3.0]).pvalue)
    assert scipy_stats.ttest_ind(values, [1.0, 2.0, 3.0], nan_policy="omit").pvalue < 0.05
    assert pd.to_numeric(pd.Series(["20", "<15.6"]), errors="coerce").isna().tolist() == [False, True]
    with np.errstate(divide="ignore"):
        assert np.log(0.0) == -np.inf


def test_which_functions_adjust_for_the_number_of_tests_and_how() -> None:
    """The common mistakes of the lesson on multiplicity."""
    table = np.random.default_rng(1).normal(size=(2, 8, 3))
    for test in (scipy_stats.ttest_ind, scipy_stats.mannwhitneyu):
        alone = [test(table[0, :, column], table[1, :, column]).pvalue for column in range(3)]
        assert test(table[0], table[1]).pvalue == pytest.approx(alone)
    pvalues = [0.012, 0.2, 0.004, 0.03]
    assert multipletests(pvalues)[1] == pytest.approx(multipletests(pvalues, method="holm-sidak")[1])
    assert scipy_stats.false_discovery_control(pvalues) == pytest.approx(multipletests(pvalues, method="fdr_bh")[1])


def test_deaths_three_programs_use_the_chi_square_distribution() -> None:
    space = ran("deaths")
    hours, died, asymptotic = np.array(space["hours"]), np.array(space["died"]), space["curve"].pvalue  # type: ignore[attr-defined]
    group = np.repeat([0, 1], 20)
    assert survdiff(hours, died, group)[1] == pytest.approx(asymptotic)
    samples = [
        scipy_stats.CensoredData(uncensored=hours[own & (died == 1)], right=hours[own & (died == 0)])
        for own in (group == 0, group == 1)
    ]
    assert scipy_stats.logrank(*samples).pvalue == pytest.approx(asymptotic)


def test_cages_a_mixed_model_takes_its_p_from_the_normal_distribution() -> None:
    mixed = ran("cages")["mixed"]
    z = mixed.params["group"] / mixed.bse["group"]  # type: ignore[attr-defined]
    assert mixed.pvalues["group"] == pytest.approx(2 * scipy_stats.norm.sf(abs(z)))  # type: ignore[attr-defined]


def test_cages_every_measurement_as_a_unit_is_significant() -> None:
    """The two cages of exercise 3: with all eight measurements p is below 5 %, with four means it is not."""
    wings = ran("cages")["wings"]
    every, means = (
        [reduce(wings[cage]) for cage in ("cage A", "cage B")] for reduce in (np.ravel, lambda w: np.mean(w, 1))
    )  # type: ignore[index]
    assert stats.mann_whitney(*every).pvalue < 0.05 < stats.mann_whitney(*means).pvalue
