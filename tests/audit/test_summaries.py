"""Tests from means, standard deviations and sizes agree with those of statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import effectsize_smd
from statsmodels.stats.oneway import anova_generic

from secretome.audit.summaries import Summary, anova, standardised_difference


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("welch", [False, True])
def test_anova_from_summaries_matches_statsmodels(seed: int, welch: bool) -> None:
    random = np.random.default_rng(seed)
    groups = 2 + seed
    means, spreads = random.normal(10, 2, groups), random.uniform(0.5, 3, groups)
    sizes = random.integers(2, 15, groups)
    expected = anova_generic(means, spreads**2, sizes, use_var="unequal" if welch else "equal")
    found = anova([Summary(*one) for one in zip(means, spreads, map(int, sizes), strict=True)], welch=welch)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert found.df == pytest.approx(expected.df, rel=1e-12)
    assert found.pvalue == pytest.approx(expected.pvalue, rel=1e-9)


def test_standardised_difference_matches_statsmodels() -> None:
    found = standardised_difference(Summary(66.5, 9.7, 10), Summary(285.4, 25.2, 8))
    assert found == pytest.approx(effectsize_smd(66.5, 9.7, 10, 285.4, 25.2, 8)[0], rel=1e-12)
