"""Analysis of covariance: contrasts that are adjusted for a value before the treatment."""

from typing import Literal

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from secretome import stats

# Weights (lb) of patients with anorexia after and before family therapy, and of controls, from R's MASS::anorexia.
FT = [95.2, 94.3, 91.5, 91.9, 100.3, 76.7, 76.8, 101.6, 94.9, 75.2, 77.8, 95.5, 90.7, 92.5, 93.8, 91.7, 98.0]
FT_BEFORE = [83.8, 83.3, 86.0, 82.5, 86.7, 79.6, 76.9, 94.2, 73.4, 80.5, 81.6, 82.1, 77.6, 83.5, 89.9, 86.0, 87.3]
CONTROL = [
    *(80.2, 80.1, 86.4, 86.3, 76.1, 78.1, 75.1, 86.7, 73.5, 84.6, 77.4, 79.5, 89.6, 81.4, 81.8, 77.3, 84.2, 75.4),
    *(79.5, 73.0, 88.3, 84.7, 81.4, 81.2, 88.2, 78.8),
]
CONTROL_BEFORE = [
    *(80.7, 89.4, 91.8, 74.0, 78.1, 88.3, 87.3, 75.1, 80.6, 78.4, 77.6, 88.7, 81.3, 78.1, 70.5, 77.3, 85.2, 86.0),
    *(84.1, 79.7, 85.5, 84.4, 79.6, 77.5, 72.3, 89.0),
]
AFTER, BEFORE = [FT, CONTROL], [FT_BEFORE, CONTROL_BEFORE]
# Estimate, t, degrees of freedom, p and the limits of the 95 % interval, printed by ``tests/reference/ancova.R``.
BY_R = {
    "linear": [9.03357257, 4.06863785, 24.1533803, 0.000438475008, 4.45265023, 13.6144949],
    "log": [0.103156968, 3.94463619, 24.8756199, 0.00057518697, 0.049283906, 0.15703003],
}


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_estimates_errors_and_degrees_of_freedom_by_r(scale: Literal["linear", "log"]) -> None:
    found = stats.ancova_contrasts(AFTER, BEFORE, [[1, -1]], scale=scale)
    numbers = [found.estimate[0], *(limit[0] for limit in found.confidence_interval(0.95))]
    estimate, low, high = np.log(numbers) if scale == "log" else numbers
    shown = [estimate, found.statistic[0], found.df[0], found.pvalue[0], low, high]
    np.testing.assert_allclose(shown, BY_R[scale], rtol=1e-6)


def test_constant_covariate_is_welch() -> None:
    found = stats.ancova_contrasts(AFTER, [[3.0] * len(each) for each in AFTER], [[1, -1]], scale="log")
    expected = stats.welch_contrasts(AFTER, [[1, -1]], scale="log")
    for name in ("estimate", "statistic", "df", "pvalue"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-10)


def test_estimates_of_three_groups_are_those_of_the_linear_model() -> None:
    rng = np.random.default_rng(5)
    before = [rng.normal(10, 2, size) for size in (5, 4, 7)]
    after = [shift + 0.7 * each + rng.normal(0, 1, each.size) for shift, each in enumerate(before)]
    table = pd.DataFrame(
        {"y": np.concatenate(after), "x": np.concatenate(before), "g": np.repeat(["a", "b", "c"], [5, 4, 7])}
    )
    fit = smf.ols("y ~ 0 + g + x", table).fit()
    found = stats.ancova_contrasts(after, before, [[-1, 1, 0], [0, -1, 1]])
    np.testing.assert_allclose(
        found.estimate, [fit.params["g[b]"] - fit.params["g[a]"], fit.params["g[c]"] - fit.params["g[b]"]]
    )


def test_variances_are_those_of_minque() -> None:
    """Rao's equations: the quadratic forms of the residuals equal their expectations (JASA 1970, 65:161)."""
    samples, covariates = (
        [[212, 221, 209, 230], [205, 198, 214, 201, 190]],
        [[200, 208, 199, 215], [201, 197, 211, 196, 188]],
    )
    group = np.repeat([0, 1], [4, 5])
    design = np.column_stack([group == 0, group == 1, np.concatenate(covariates)]).astype(float)
    inverse = np.linalg.pinv(design)
    residual = np.eye(9) - design @ inverse
    parts = [residual @ np.diag((group == level).astype(float)) @ residual for level in (0, 1)]
    values = np.concatenate(samples)
    variances = np.linalg.solve(
        [[np.trace(one @ other) for other in parts] for one in parts], [values @ part @ values for part in parts]
    )
    weights = inverse[0] - inverse[1]
    found = stats.ancova_contrasts(samples, covariates, [[1, -1]])
    expected = np.sqrt((weights**2 * variances[group]).sum())
    np.testing.assert_allclose(found.estimate / found.statistic, expected, rtol=1e-9)


def test_units_of_values_and_covariates_do_not_change_the_test() -> None:
    once = stats.ancova_contrasts(AFTER, BEFORE, [[1, -1]])
    again = stats.ancova_contrasts(
        [1e-9 * np.array(each) for each in AFTER], [1e6 * np.array(each) + 1e9 for each in BEFORE], [[1, -1]]
    )
    np.testing.assert_allclose(again.statistic, once.statistic)
    np.testing.assert_allclose(again.estimate, 1e-9 * once.estimate)


@pytest.mark.parametrize(
    ("after", "before", "match"),
    [
        ([[1.0, 2, 4], [2.0, 5, 3]], [[1.0, 1, 1], [2.0, 2, 2]], "undetermined"),
        ([[1.0, 2], [3.0]], [[1.0, 4], [2.0]], "as many constants as values"),
        ([[1.0, 2, 4], [2.0, 5, 3]], [[1.0, 1], [2.0, 2, 2]], "one number for each value"),
        ([[1.0, 2, 4], [3.0, 4, 6]], [[1.0, 2, 4], [1.0, 2, 4]], "do not vary"),
    ],
)
def test_covariates_that_leave_no_test_are_refused(after: list[float], before: list[float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        stats.ancova_contrasts(after, before, [[1, -1]])


def test_covariate_without_a_logarithm_is_refused() -> None:
    with pytest.raises(ValueError, match=r"covariates\[1\]"):
        stats.ancova_contrasts([[1.0, 2, 4], [2.0, 5, 3]], [[1.0, 1, 2], [2.0, 0, 2]], [[1, -1]], scale="log")
