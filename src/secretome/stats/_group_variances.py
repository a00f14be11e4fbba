"""Contrasts of group means in a linear model with further columns, in which each group has its own variance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from secretome.stats._common import ALTERNATIVES, Alternative, TEstimate, exp
from secretome.stats._inputs import Floats, as_matrix, as_samples, check_choice, positive
from secretome.stats._null_distributions import Ints
from secretome.stats._rounding import unit_of
from secretome.stats.welch import Scale, WelchContrastsResult

# What a weight or a residual may differ from zero by rounding.
ROUNDING = 1e-9


def grouped(
    samples: Sequence[ArrayLike], contrasts: ArrayLike, scale: Scale, alternative: Alternative
) -> tuple[list[Floats], Floats]:
    """Return the samples and the weights of their contrasts, after a check of all arguments."""
    check_choice(scale, ("linear", "log"), "scale")
    check_choice(alternative, ALTERNATIVES, "alternative")
    groups = as_samples(samples, "raise", None)
    weights = as_matrix(contrasts, "contrasts")
    if (
        weights.shape[1] != len(groups)
        or (np.abs(weights.sum(axis=1)) > ROUNDING).any()
        or not weights.any(axis=1).all()
    ):
        raise ValueError(f"each contrast must have {len(groups)} weights, not all zero, that add up to zero.")
    return groups, weights


def adjusted_contrasts(
    groups: Sequence[Floats], others: Floats, weights: Floats, scale: Scale, alternative: Alternative, what: str
) -> WelchContrastsResult:
    """Return the contrasts of group means adjusted for `others`, the further columns, which errors call `what`."""
    if scale == "log":
        groups = [np.log(positive(group, f"samples[{position}]")) for position, group in enumerate(groups)]
    unit = float(unit_of(*groups)) if scale == "linear" else 1.0
    group = np.repeat(np.arange(len(groups)), [each.size for each in groups])
    fit = _Fit(np.concatenate(groups) / unit, group, others, what)
    estimates, errors, df = np.array([fit.contrast(row) for row in weights]).T
    t = TEstimate(estimates, errors, df, unit)
    statistic, pvalue = t.test(0.0, alternative)
    estimate = exp(t.estimate) if scale == "log" else t.scaled
    return WelchContrastsResult(
        estimate, statistic, np.asarray(t.df), pvalue, alternative, scale, _t=t, _ratio=scale == "log"
    )


class _Fit:
    """The linear model with a constant for each group, further columns, and a variance for each group."""

    def __init__(self, values: Floats, group: Ints, others: Floats, what: str) -> None:
        self.what = what
        self.k = int(group.max()) + 1
        member = (group[:, None] == np.arange(self.k)).astype(float)
        design = np.column_stack([member, others])
        self.values = values
        self.design = design
        self.inverse = np.linalg.pinv(design)
        maker = np.eye(values.size) - design @ self.inverse
        self.maker = maker
        self.member = member
        self.df = values.size - int(np.linalg.matrix_rank(design))
        residuals = maker @ values
        if self.df < 1:
            raise ValueError("there are as many constants as values, so the residual variance cannot be estimated.")
        if np.abs(residuals).max() <= 1e-12 * np.abs(values).max():
            raise ValueError("the values do not vary around the fitted means.")
        self.squares = member.T @ residuals**2
        # The expected sum of squared residuals of each group, by the variance of each group.
        self.expected = member.T @ maker**2 @ member

    def contrast(self, weights: Floats) -> tuple[float, float, float]:
        """The estimate of a contrast, its standard error and its degrees of freedom."""
        padded = np.zeros(self.design.shape[1])
        padded[: self.k] = weights
        of_values = self.inverse.T @ padded
        if np.abs(self.design.T @ of_values - padded).max() > ROUNDING:
            raise ValueError(f"the {self.what} leave the contrast undetermined: they do not connect its groups.")
        estimate = float(of_values @ self.values)
        by_group = self.member.T @ of_values**2
        inverse = np.linalg.pinv(self.expected, rcond=ROUNDING, hermitian=True)
        of_squares = inverse @ by_group
        variances = np.maximum(inverse @ self.squares, 0.0)
        squared = float(of_squares @ self.squares)
        known = np.abs(self.expected @ of_squares - by_group).max() <= ROUNDING * by_group.max()
        if not known or squared <= 0 or not by_group @ variances > 0:
            squared = float(by_group.sum() * self.squares.sum() / self.df)
            return estimate, float(np.sqrt(squared)), float(self.df)
        form = (self.maker * (self.member @ of_squares)) @ self.maker
        spread = self.member.T @ form**2 @ self.member
        df = float((by_group @ variances) ** 2 / (variances @ spread @ variances))
        return estimate, float(np.sqrt(squared)), min(df, float(self.df))
