"""Answers of other software that are known to be wrong, and are not ours."""

import numpy as np
import pytest
from outside import CASES, samples_of
from scipy import stats as scipy_stats
from statsmodels.duration.survfunc import survdiff

from secretome import stats

ROTAROD = [300] * 12, [22, 300, 75, 271, 300, 18, 300, 300, 163, 300, 300, 300]


@pytest.mark.parametrize(
    ("software", "wrong"),
    [
        ("scipy, method='exact'", 0.08873378606855523),
        ("scipy, default", 0.01647315580558267),
        ("PyNonpar, method='exact'", 0.0013460761879122358),
    ],
)
def test_mann_whitney_under_ties(software: str, wrong: float) -> None:
    ours = stats.mann_whitney(*ROTAROD).pvalue
    assert ours == pytest.approx(0.0372670807453416)
    assert ours != pytest.approx(wrong, rel=0.1), software


def test_scipy_still_answers_so() -> None:
    """Should SciPy learn to count ties, these numbers go, and the book's sentence about it with them."""
    assert scipy_stats.mannwhitneyu(*ROTAROD, method="exact").pvalue == pytest.approx(0.08873378606855523)
    assert scipy_stats.mannwhitneyu(*ROTAROD).pvalue == pytest.approx(0.01647315580558267)


def test_jonckheere() -> None:
    ours = stats.jonckheere_terpstra(samples_of("jt_sachs_1997_p402"), alternative="greater").pvalue
    assert ours == pytest.approx(0.0119642262499405)
    assert ours != pytest.approx(0.0034998291060986952, rel=0.1), "jonckheere-test"


def test_steel() -> None:
    ours = stats.steel(samples_of("steel_sachs_exact"), alternative="greater", method="exact").pvalue[1]
    assert ours == pytest.approx(0.0295154580868867)
    assert ours != pytest.approx(0.015873015873015872, rel=0.1), "scikit-posthocs"


def test_complete_separation_is_answered() -> None:
    """SciPy's Brunner-Munzel returns an infinite statistic and no p; the exact test has one, 2 of 924."""
    x, y = [7, 8, 9, 10, 11, 12], [1, 2, 3, 4, 5, 6]
    with np.errstate(all="ignore"):
        assert not np.isfinite(scipy_stats.brunnermunzel(x, y, distribution="normal").statistic)
    assert stats.mann_whitney(x, y).pvalue == pytest.approx(2 / 924)
    interval = stats.probability_of_superiority(x, y).confidence_interval()
    assert 0.5 < interval.low < interval.high == 1


def test_non_detects_ranked_by_a_weighted_log_rank_are_left_to_statsmodels() -> None:
    """Zinc of two aquifers, flipped so that values below a limit are censored on the right:

    R has 5.18345, lifelines' weights 6.68834.
    """
    case = CASES["nada_zinc_peto"]
    values, hidden, group = (np.array(case["inputs"][name]) for name in ("obs", "censored", "group"))
    chi, _ = survdiff(values.max() + 1 - values, 1 - hidden.astype(int), group, weight_type="fh", fh_p=1)
    assert chi == pytest.approx(case["expected"]["chisq_rho1"], rel=1e-5)
    assert chi != pytest.approx(6.68834, rel=0.1)
