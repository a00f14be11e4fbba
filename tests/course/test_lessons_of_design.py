"""Worked examples of the lessons on designs and on analysis papers, against what is printed;

and the mistakes that software makes.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats as scipy_stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower, TTestIndPower
from statsmodels.stats.weightstats import ttost_ind

from secretome import stats
from secretome.audit.counts import count_pvalues
from secretome.audit.summaries import Summary, anova
from secretome.course.lessons import read_lesson, tags
from secretome.course.trials import best_outcome, one_outcome, two_groups, without_effect


def setup_of(name: str) -> dict[str, object]:
    """What the set-up cells of a lesson define: the very data of its page."""
    space: dict[str, object] = {}
    for cell in read_lesson(name).cells:
        if "setup" in tags(cell):
            exec(cell.source, space)
    return space


def test_insects_as_r_prints_them() -> None:
    """R 4.2.2, glm(count ~ spray, quasipoisson, InsectSprays): dispersion 1.507713, spray C −1.940179."""
    sprays = setup_of("counts")["sprays"]
    assert isinstance(sprays, dict)
    result = stats.count_ratio(
        [count for counts in sprays.values() for count in counts], [spray for spray in sprays for _ in range(12)]
    )
    assert result.dispersion == pytest.approx(1.507713, abs=5e-7)
    assert np.log(result.estimate[1]) == pytest.approx(-1.940179, abs=5e-7)


def test_tablets_as_the_manual_of_sas_prints_them() -> None:
    """SAS/STAT User's Guide, TTEST, Equivalence Testing with Lognormal Data: 0.9412, 90 % limits 0.8634 and 1.0260."""
    data = setup_of("equivalence")
    result = stats.equivalence(data["copied"], data["original"], 0.80, 1.25, scale="ratio", paired=True)  # type: ignore[arg-type]
    assert result.estimate == pytest.approx(0.9412, abs=5e-5)
    assert list(result.confidence_interval(0.90)) == pytest.approx([0.8634, 1.0260], abs=5e-5)
    assert result.pvalue <= 0.05


def test_remissions_and_rats_as_printed() -> None:
    """Kleinbaum and Klein:

    chi-square 16.79, 19.25 and 10.75 expected. Chinese J Emerg Med 27:988: chi-square 4.333, p 0.0374.
    """
    data = setup_of("deaths")
    remissions = stats.logrank(data["drug"] + data["placebo"], data["relapsed"], data["treatment"], method="asymptotic")  # type: ignore[operator, arg-type]
    assert remissions.statistic == pytest.approx(16.79, abs=0.005)
    assert remissions.expected == pytest.approx([19.25, 10.75], abs=0.005)
    rats = stats.logrank(data["hours"], data["died"], data["cells"], method="asymptotic")  # type: ignore[arg-type]
    assert (rats.statistic, rats.pvalue) == pytest.approx((4.333, 0.0374), abs=5e-4)
    assert rats.pvalue == pytest.approx(0.0374, abs=5e-5)


@pytest.mark.parametrize("hours", [(6, 12, 18, 24), (24, 24, 24, 24), (12, 12, 60, 66), (6, 6, 6, 72)])
def test_four_deaths_on_one_side_have_one_exact_p_whenever_they_come(hours: tuple[int, ...]) -> None:
    """The page says so. Counted by hand: 2 x C(20, 4) of C(40, 4) choices of four rats lie on one side."""
    counted = stats.logrank([72] * 20 + [*hours] + [72] * 16, [0] * 20 + [1] * 4 + [0] * 16, [0] * 20 + [1] * 20)
    assert counted.pvalue == pytest.approx(2 * 4845 / 91390)


def test_mosquitoes_as_printed() -> None:
    """Sokal and Rohlf's nested design as Ruczinski's page prints it:

    F 1.7409 and p 0.2295; 255.7 against the ruler, as R's aov prints.
    """
    wings = setup_of("cages")["wings"]
    assert isinstance(wings, dict)
    right = scipy_stats.f_oneway(*(np.mean(analyses, axis=1) for analyses in wings.values()))
    assert (right.statistic, right.pvalue) == pytest.approx((1.7409, 0.2295), abs=5e-5)
    analyses = np.array(list(wings.values()))
    between = 8 * np.var(analyses.mean(axis=(1, 2)), ddof=1)
    ruler = np.sum((analyses - analyses.mean(axis=2, keepdims=True)) ** 2) / 12
    assert between / ruler == pytest.approx(255.7, abs=0.05)


def test_false_alarms_as_printed() -> None:
    """Simmons, Nelson and Simonsohn, table 1:

    9.5 %, 7.7 % and 14.4 % of 15 000 samples each; ours and theirs both vary by chance.
    """

    def more(test):  # type: ignore[no-untyped-def]
        return lambda x, y: np.minimum(test(x, y), test(x, y, n=30))

    for test, printed in ((best_outcome, 0.095), (more(one_outcome), 0.077), (more(best_outcome), 0.144)):
        found = stats.power(without_effect, test)
        theirs = np.sqrt(printed * (1 - printed) / 15_000)
        assert found.power == pytest.approx(printed, abs=3 * np.hypot(found.standard_error, theirs))


def test_drawn_experiments_are_what_they_say() -> None:
    """The SD of logs is the root of ln(1 + cv²);

    where nothing happens, one test finds something in 5 % of experiments.
    """
    x, y = two_groups(0.5, 0.55, 5)(np.random.default_rng(1), 40_000)
    assert np.exp(x.mean() - y.mean()) == pytest.approx(0.5, rel=0.01)
    assert y.std() == pytest.approx(np.sqrt(np.log(1 + 0.55**2)), rel=0.01)
    found = stats.power(without_effect, one_outcome)
    assert found.power == pytest.approx(0.05, abs=4 * found.standard_error)


def test_discoveries_as_printed() -> None:
    """Benjamini and Hochberg (1995): four found by their method, three by Bonferroni's."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0000,
    ]
    assert [(multipletests(p, method=method)[1] <= 0.05).sum() for method in ("fdr_bh", "bonferroni")] == [4, 3]


@pytest.mark.parametrize(("difference", "n"), [(1.0, 17), (1.2, 12), (1.4, 9), (0.8, 26), (0.5, 64), (0.2, 393)])
def test_sizes_as_cohen_prints_them(difference: float, n: int) -> None:
    """Cohen (1988), tables 2.3:

    the n at which the power is 0.80 to two decimals, and with one fewer it is less than at n.
    """
    assert round(TTestIndPower().power(difference, n, 0.05), 2) >= 0.80
    assert TTestIndPower().power(difference, n - 1, 0.05) < 0.80
    if n <= 17:
        drawn = stats.power(
            lambda rng, t: (rng.normal(difference, 1, (t, n)), rng.normal(0, 1, (t, n))), "welch", trials=40_000
        )
        assert drawn.power == pytest.approx(
            TTestIndPower().power(difference, n, 0.05), abs=4 * drawn.standard_error + 0.006
        )


def test_a_table_as_printed() -> None:
    """Table 1 of PMC4212921:

    deaths p = 0.181, combined p = 0.02, ascites printed 0.230. PMC9210847, TNF: 0.0382, by neither analysis.
    """
    found = [
        count_pvalues([(event, 10 - event) for event in events])["chi-square"]
        for events in ((0, 4, 3, 1, 2), (0, 6, 3, 1, 2), (0, 4, 2, 1, 1))
    ]
    assert found[0] == pytest.approx(0.181, abs=5e-4)
    assert found[1] == pytest.approx(0.02, abs=5e-3)
    assert abs(found[2] - 0.230) > 0.05
    rows = [(10.99, 2.11), (15.61, 1.31), (11.32, 1.91), (14.21, 2.30), (16.87, 2.12), (10.25, 1.63)]
    as_sd, as_se = (
        anova([Summary(mean, spread * scale, 8) for mean, spread in rows]).pvalue for scale in (1, np.sqrt(8))
    )
    assert as_sd < 1e-6 < 0.09 < as_se


def test_vaccine_as_printed() -> None:
    """Colditz and others (1994):

    0.49 (0.34 to 0.70). metafor's tests, DerSimonian-Laird: −0.7141 (−1.0644 to −0.3638), fixed −0.4303.
    """
    data = setup_of("pooling")
    effects, errors = data["log_ratios"], data["errors"]
    assert isinstance(effects, np.ndarray) and isinstance(errors, np.ndarray)
    usual = combine_effects(effects, errors**2, method_re="chi2")
    assert [usual.mean_effect_re, *usual.conf_int()[1]] == pytest.approx([-0.7141, -1.0644, -0.3638], abs=5e-5)
    assert [usual.mean_effect_fe, *usual.conf_int()[0]] == pytest.approx([-0.4303, -0.5097, -0.3509], abs=5e-5)
    assert np.exp([usual.mean_effect_re, *usual.conf_int()[1]]) == pytest.approx([0.49, 0.34, 0.70], abs=0.006)


# The mistakes that the boxes name: should a library mend one, its sentence goes.


def test_mistakes_with_counts() -> None:
    two, second = setup_of("counts")["two"], np.repeat([0, 1], 12)
    assert isinstance(two, list)
    plain = sm.GLM(two, sm.add_constant(second), family=sm.families.Poisson())
    assert plain.fit().scale == 1
    assert plain.fit().pvalues[1] < 0.05 < stats.count_ratio(two, second).pvalue[0]
    assert plain.fit(scale="X2").pvalues[1] < plain.fit(scale="X2", use_t=True).pvalues[1]
    assert plain.fit(scale="X2", use_t=True).pvalues[1] == pytest.approx(stats.count_ratio(two, second).pvalue[0])
    assert scipy_stats.poisson_means_test(sum(two[12:]), 12, sum(two[:12]), 12).pvalue < 0.05
    with pytest.warns(Warning, match="dispersion parameter alpha not set"):
        assert sm.families.NegativeBinomial().alpha == 1
    scaled = stats.count_ratio(200 * np.array(two), second)
    assert scaled.pvalue[0] == pytest.approx(stats.count_ratio(two, second).pvalue[0])


def test_mistakes_with_sameness() -> None:
    data = setup_of("equivalence")
    x, y = np.array(data["copied"]), np.array(data["original"])
    # Bounds of 0.8 and 1.25 are differences unless a transform is given.
    assert ttost_ind(x, y, 0.8, 1.25)[0] == pytest.approx(ttost_ind(x + 10, y + 10, 0.8, 1.25)[0])
    assert ttost_ind(x, y, 0.8, 1.25)[0] > 0.5 > 0.05 > ttost_ind(x, y, 0.8, 1.25, transform=np.log)[0]


def test_mistakes_with_the_dead() -> None:
    values = [1.0, 2.0, np.nan]
    assert pd.Series(values).mean() == 1.5
    assert np.isnan(scipy_stats.ttest_ind(values, [1.0, 2.0, 4.0]).pvalue)
    data = setup_of("deaths")
    time, died = np.array(data["hours"], dtype=float), np.array(data["died"], dtype=bool)
    groups = [
        scipy_stats.CensoredData.right_censored(time[part], ~died[part]) for part in (slice(0, 20), slice(20, 40))
    ]
    assert scipy_stats.logrank(*groups).pvalue == pytest.approx(0.0374, abs=5e-4)


def test_mistakes_with_cages() -> None:
    """In a balanced design the mixed model's z is the t of the cage means, read from a bell curve."""
    rng = np.random.default_rng(11)
    rows = [
        (group, f"{group}{cage}", of_cage + rng.normal(0, 0.6))
        for group in (0, 1)
        for cage in range(3)
        for of_cage in [group * 1.1 + rng.normal(0, 0.6)]
        for _ in range(3)
    ]
    table = pd.DataFrame(rows, columns=["treated", "cage", "value"])
    mixed = smf.mixedlm("value ~ treated", table, groups="cage").fit()
    means = table.groupby(["treated", "cage"])["value"].mean()
    by_cage = scipy_stats.ttest_ind(means[1], means[0])
    assert mixed.tvalues["treated"] == pytest.approx(by_cage.statistic, rel=1e-3)
    assert mixed.pvalues["treated"] == pytest.approx(2 * scipy_stats.norm.sf(abs(by_cage.statistic)), rel=1e-2)
    assert mixed.pvalues["treated"] < by_cage.pvalue


def test_mistakes_with_many_questions() -> None:
    p = [0.01, 0.02, 0.3]
    assert multipletests(p)[1] == pytest.approx(multipletests(p, method="holm-sidak")[1])
    assert scipy_stats.false_discovery_control(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])
    columns = np.random.default_rng(1).normal(size=(2, 8, 5))
    together = scipy_stats.ttest_ind(columns[0], columns[1]).pvalue
    assert together == pytest.approx(
        [scipy_stats.ttest_ind(columns[0][:, i], columns[1][:, i]).pvalue for i in range(5)]
    )


def test_mistakes_with_plans() -> None:
    asked = [np.ceil(kind().solve_power(1.4, power=0.8, alpha=0.05)) for kind in (NormalIndPower, TTestIndPower)]
    assert asked == [9, 10]
    one = TTestIndPower().solve_power(1.4, power=0.8, alpha=0.05)
    assert TTestIndPower().power(1.4, one, 0.05, ratio=1) == pytest.approx(
        0.8
    )  # nobs1 is one group; the other has as many


def test_mistakes_with_audits() -> None:
    analyses = [12.0, 15.0, 9.0, 20.0]
    assert np.std(analyses) * np.sqrt(4 / 3) == pytest.approx(pd.Series(analyses).std())
    table = [[4, 16], [0, 20]]
    assert (
        scipy_stats.chi2_contingency(table).pvalue
        > 0.1
        > 0.05
        > scipy_stats.chi2_contingency(table, correction=False).pvalue
    )
    assert round(2.675, 2) == 2.67


def test_mistakes_with_pooling() -> None:
    effects, variances = np.array([-0.7, -0.35, 0.0]), np.full(3, 0.15**2)
    default = combine_effects(effects, variances)
    assert default.conf_int()[1] == pytest.approx(
        default.mean_effect_re + np.array([-1, 1]) * 1.959964 * default.sd_eff_w_re, rel=1e-6
    )
    assert scipy_stats.t.ppf(0.975, 2) == pytest.approx(4.30, abs=0.005)
    # Two one-sided stories in opposite directions have the same two-sided p-values, and so the same combination.
    assert scipy_stats.combine_pvalues([0.02, 0.02]).pvalue < 0.004
    agreeing = stats.random_effects([-0.5, -0.5001, -0.4999], [0.2] * 3).confidence_interval()
    assert agreeing.high - agreeing.low < 2 * 1.96 * 0.2 / np.sqrt(3)
