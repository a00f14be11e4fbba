"""Analyses that take account of cages, batches and plates, and how these are divided between two groups."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secretome import stats
from secretome.analysis.pooled_variance import equivalence_t_test, t_test
from secretome.analysis.results import MEAN_DIFFERENCE, RATIO, Estimate, Floats, Result, estimate_or_nan, result
from secretome.analysis.samples import CLUSTER_COLUMNS, Comparison, GroupSample, Labels
from secretome.analysis.specification import Adjustment, Method, Nondetects, Scale, Specification
from secretome.protocol import EffectScale, EquivalenceMargin

# With fewer clusters in a group, the variance between them is estimated too poorly for a test.
MIN_CLUSTERS = 3

# Values below a limit are replaced by this share of the limit.
HALF_LIMIT = 0.5

# The difference of two log means, its standard error and its degrees of freedom.
Fit = tuple[float, float, float]


class Layout(StrEnum):
    """How the cages, batches or plates of two groups are divided between them."""

    NONE = "none"  # no labels, one animal in each cluster, or all animals in one
    CONFOUNDED = "confounded"  # no cluster contains both groups, and a group has fewer than `MIN_CLUSTERS`
    NESTED = "nested"  # no cluster contains both groups, and each group has at least `MIN_CLUSTERS`
    CROSSED = "crossed"  # every cluster contains both groups
    PARTLY_CROSSED = "partly_crossed"  # some clusters contain both groups


@dataclass(frozen=True)
class Clusters:
    """The cages, batches or plates of a comparison.

    Attributes
    ----------
    layout : Layout
        How they are divided between the two groups.
    n_treated, n_control : int
        Number of clusters with animals of each group.
    shared : int
        Number of clusters with animals of both groups.
    animals_shared : int
        Number of animals in these clusters.
    unlabelled : int
        Number of animals without a label.
    """

    layout: Layout
    n_treated: int
    n_control: int
    shared: int
    animals_shared: int
    unlabelled: int


def clusters_of(pair: Comparison, column: str) -> Clusters:
    """Return how the clusters in a column are divided between two groups.

    Parameters
    ----------
    pair : Comparison
        The two groups.
    column : {"cage", "batch", "plate"}
        The column. Equal labels mean the same cluster, in both groups too.

    Returns
    -------
    Clusters

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 3.0, 4.0])
    >>> groups = [GroupSample(values, values, 0, 0, labels={"plate": np.array([name] * 4)}) for name in ("1", "2")]
    >>> clusters_of(Comparison(*groups), "plate").layout
    <Layout.CONFOUNDED: 'confounded'>
    """
    treated, control = (labels_of(group, column) for group in (pair.treated, pair.control))
    first, second = treated[treated != ""], control[control != ""]
    both = np.concatenate([first, second])
    names, sizes = np.unique(both, return_counts=True)
    shared = np.intersect1d(first, second)
    n_treated, n_control = np.unique(first).size, np.unique(second).size
    if min(n_treated, n_control) == 0 or names.size == 1 or sizes.max() == 1:
        layout = Layout.NONE
    elif shared.size:
        layout = Layout.CROSSED if shared.size == names.size else Layout.PARTLY_CROSSED
    else:
        layout = Layout.CONFOUNDED if min(n_treated, n_control) < MIN_CLUSTERS else Layout.NESTED
    animals_shared = int(np.isin(both, shared).sum())
    return Clusters(layout, n_treated, n_control, shared.size, animals_shared, treated.size + control.size - both.size)


def labels_of(group: GroupSample, column: str) -> Labels:
    """The label of each value's animal; empty text if there is none."""
    return group.labels.get(column, np.full(group.n, "", dtype=str))


def cluster_methods(column: str, *, equivalence: bool) -> tuple[Method, Method]:
    """The test of the clusters' means, and the linear model with clusters as blocks.

    >>> cluster_methods("cage", equivalence=True)
    (<Method.TOST_CAGE_MEANS: 'tost_cage_means_welch'>, <Method.TOST_CAGE_BLOCK: 'tost_cage_block'>)
    """
    prefix = "tost_" if equivalence else ""
    return Method(f"{prefix}{column}_means_welch"), Method(f"{prefix}{column}_block")


def cluster_rows(
    compared: Mapping[str, Comparison],
    *,
    level: float,
    together: bool,
    margin: EquivalenceMargin | None = None,
    alpha: float = 0.05,
    tests: int = 0,
) -> Iterator[tuple[str, Result]]:
    """Yield the analyses of a family that take account of cages, batches and plates, each with its contrast.

    Where clusters are nested within groups, this is Welch's t test of the clusters' means, and n is the number of
    clusters. Where they are crossed with groups, it is a linear model with group and cluster. A value below a limit is
    taken as half the limit.

    Parameters
    ----------
    compared : mapping of str to Comparison
        The contrasts of the family.
    level : float
        The confidence level of one interval, before the adjustment for the family.
    together : bool
        Whether the claim needs every contrast, so that none is adjusted.
    margin : EquivalenceMargin, optional
        For a claim that nothing changes: the bounds of two one-sided tests, which are then made instead.
    alpha : float, default 0.05
        The error rate of these.
    tests : int, optional
        The number of tests of the family, if it is larger than that of the contrasts.

    Yields
    ------
    str, Result
        A contrast and its row, for contrasts whose clusters are nested or crossed.
    """
    tests = tests or len(compared)
    adjusted = tests > 1 and not together and margin is None
    times = tests if adjusted else 1
    adjustment = Adjustment.BONFERRONI if adjusted else Adjustment.NONE
    for column in CLUSTER_COLUMNS:
        for contrast, pair in compared.items():
            row = cluster_test(pair, column, level=1 - (1 - level) / times, margin=margin, alpha=alpha)
            if row is None:
                continue
            below, above = pair.treated.below or pair.control.below, pair.treated.above or pair.control.above
            specification = replace(row.specification, adjustment=adjustment)
            yield (
                contrast,
                replace(
                    row,
                    method=specification.name(below=below, above=above, state_adjustment=tests > 1),
                    adjustment=adjustment,
                    pvalue_adjusted=float(np.minimum(1, times * row.pvalue)) if adjusted else math.nan,
                ),
            )


def cluster_test(
    pair: Comparison, column: str, *, level: float, margin: EquivalenceMargin | None = None, alpha: float = 0.05
) -> Result | None:
    """Return the test of one contrast with a column's clusters; None if they are neither nested nor crossed.

    The parameters are those of `cluster_rows`. Animals without a label are left out.
    """
    clusters = clusters_of(pair, column)
    if clusters.layout in (Layout.NONE, Layout.CONFOUNDED):
        return None
    nested = clusters.layout is Layout.NESTED
    means, block = cluster_methods(column, equivalence=margin is not None)
    test, fit = (means, _fit_means) if nested else (block, fit_blocks)
    labelled = [int((labels_of(group, column) != "").sum()) for group in (pair.treated, pair.control)]
    n_treated, n_control = (clusters.n_treated, clusters.n_control) if nested else labelled
    estimate = estimate_or_nan(
        lambda: (
            model_estimate(fit(pair, column), level, pair.scale)
            if margin is None
            else _equivalence(fit(pair, column), margin, alpha)
        )
    )
    return result(
        estimate,
        Specification(test, Scale(pair.scale), nondetects=Nondetects.HALF_LIMIT),
        analysis="multiverse",
        alternative="equivalence" if margin else "two-sided",
        effect=RATIO if pair.scale == "log" else MEAN_DIFFERENCE,
        n_treated=n_treated,
        n_control=n_control,
    )


def model_estimate(fit: Fit, level: float, scale: EffectScale) -> Estimate:
    """The t test of a fitted difference, as a ratio if logarithms are compared."""
    return _scaled(t_test(*fit, level), fit, scale)


def _scaled(estimate: Estimate, fit: Fit, scale: EffectScale) -> Estimate:
    estimate = replace(estimate, df=fit[2])
    return estimate.as_ratio() if scale == "log" else estimate


def _equivalence(fit: Fit, margin: EquivalenceMargin, alpha: float) -> Estimate:
    low, high = (math.log(limit) if margin.scale == "log" else limit for limit in (margin.low, margin.high))
    return _scaled(equivalence_t_test(*fit, (low, high), alpha), fit, margin.scale)


def _fit_means(pair: Comparison, column: str) -> Fit:
    """Welch's contrast of the means of each cluster's values, on the scale of the comparison."""
    samples = []
    for group in (pair.treated, pair.control):
        values, labels = _labelled_values(group, column, pair.scale)
        samples.append(np.array([values[labels == label].mean() for label in np.unique(labels)]))
    test = stats.welch_contrasts(samples, [[1, -1]])
    error = math.sqrt(sum(float(sample.var(ddof=1)) / sample.size for sample in samples))
    return float(test.estimate[0]), error, float(test.df[0])


def fit_blocks(pair: Comparison, column: str) -> Fit:
    """The coefficient of the group in a linear model with one constant for each cluster, on the comparison's scale."""
    (treated, of_treated), (control, of_control) = (
        _labelled_values(group, column, pair.scale) for group in (pair.treated, pair.control)
    )
    y, labels = np.concatenate([treated, control]), np.concatenate([of_treated, of_control])
    group = np.repeat([1.0, 0.0], [treated.size, control.size])
    return fit_group(y, group, labels[:, None] == np.unique(labels))


def fit_group(y: Floats, group: Floats, others: NDArray[Any]) -> Fit:
    """The coefficient of the group in a linear model with further columns, its standard error and degrees of freedom.

    Raises
    ------
    ValueError
        If the model has as many constants as values, leaves the coefficient undetermined, or leaves no residuals.
    """
    design = np.column_stack([group, others])
    df = y.size - design.shape[1]
    if df < 1:
        raise ValueError("there are as many constants as values, so the residual variance cannot be estimated.")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("the other columns leave the effect of the group undetermined.")
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ y
    residuals = y - design @ coefficients
    if np.abs(residuals).max() <= 1e-12 * np.abs(y).max():
        raise ValueError("the values do not vary around the fitted means.")
    return float(coefficients[0]), math.sqrt(float(residuals @ residuals) / df * float(inverse[0, 0])), float(df)


def _labelled_values(group: GroupSample, column: str, scale: EffectScale) -> tuple[Floats, NDArray[np.str_]]:
    """The values whose animals have a label, or the logarithms of these values, and the labels."""
    labels = labels_of(group, column)
    values = group.replaced(HALF_LIMIT)[labels != ""]
    if scale == "linear":
        return values, labels[labels != ""]
    if group.zeros:
        raise ValueError("a zero has no logarithm.")
    return np.log(values), labels[labels != ""]
