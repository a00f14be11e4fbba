"""The unit of the data changes no p: molar amounts in mol/L are as small as 1e-12, cells per litre as many as 1e12."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from secretome import stats

value = st.integers(10, 99).map(lambda tenths: tenths / 10)
FOUR = st.lists(st.lists(value, min_size=4, max_size=4, unique=True), min_size=3, max_size=3)
GROUP = [0] * 4 + [1] * 4


def _limits(interval: Any, unit: float) -> list[float]:
    return [*np.ravel(interval.low / unit), *np.ravel(interval.high / unit)]


# Each function of three samples in a unit, as numbers that do not depend on the unit.
FUNCTIONS: dict[str, Callable[[Any, float], list[Any]]] = {
    "mann_whitney": lambda s, _: [stats.mann_whitney(s[0], s[1]).pvalue],
    "signed_rank": lambda s, _: [stats.signed_rank(s[0], s[1]).pvalue],
    "hodges_lehmann": lambda s, u: [
        stats.hodges_lehmann(s[0], s[1], paired=paired).estimate / u for paired in (True, False)
    ],
    "probability_of_superiority": lambda s, _: [stats.probability_of_superiority(s[0], s[1]).estimate],
    "geometric_mean_ratio": lambda s, _: [
        stats.geometric_mean_ratio(s[0], s[1], paired=paired).pvalue for paired in (True, False)
    ],
    "equivalence of differences": lambda s, u: [
        stats.equivalence(s[0], s[1], -2.5 * u, 2.5 * u, method=method, paired=paired).pvalue
        for paired in (True, False)
        for method in ("welch", "rank")
    ],
    "its interval": lambda s, u: _limits(stats.equivalence(s[0], s[1], -2 * u, 2 * u).confidence_interval(), u),
    "equivalence of ratios": lambda s, _: [
        stats.equivalence(s[0], s[1], 0.5, 2.5, scale="ratio", method=method, paired=paired).pvalue
        for paired in (True, False)
        for method in ("welch", "rank")
    ],
    "welch_contrasts": lambda s, u: [
        *stats.welch_contrasts(s, [[-1, 1, 0], [-1, 0.5, 0.5]]).pvalue,
        *_limits(stats.welch_contrasts(s, [[-1, 1, 0]]).confidence_interval(), u),
    ],
    "welch_contrasts of logarithms": lambda s, _: list(stats.welch_contrasts(s, [[-1, 1, 0]], scale="log").pvalue),
    "dunnett": lambda s, u: [*stats.dunnett(s).pvalue, *_limits(stats.dunnett(s).confidence_interval(), u)],
    "kruskal_wallis": lambda s, _: [stats.kruskal_wallis([t[:3] for t in s]).pvalue],
    "steel": lambda s, _: list(stats.steel([t[:3] for t in s]).pvalue),
    "jonckheere_terpstra": lambda s, _: [stats.jonckheere_terpstra(s).pvalue],
    "shirley_williams": lambda s, _: list(stats.shirley_williams([t[:3] for t in s]).pvalue),
    "williams": lambda s, _: list(stats.williams(s[:2]).pvalue),
    "censored_lognormal": lambda s, u: [
        *stats.censored_lognormal([0, *s[0][1:], *s[1]], [*s[0], *s[1]], GROUP).pvalue,
        *stats.censored_lognormal([0, *s[0][1:], *s[1]], [*s[0], *s[1]], GROUP).geometric_mean / u,
    ],
    "titre_bounds": lambda _, u: list(
        stats.titre_bounds(8 * u * 2.0 ** np.arange(4), lowest=8 * u, highest=64 * u)[1][:3] / u
    ),
    "count_ratio": lambda s, _: list(
        stats.count_ratio([3, 9, 4, 7, 12, 8, 21, 5], GROUP, exposure=np.array([*s[0], *s[1]])).pvalue
    ),
    "random_effects": lambda s, u: [stats.random_effects(s[0], s[1]).pvalue, stats.random_effects(s[0], s[1]).tau / u],
    "logrank": lambda s, _: [stats.logrank([*s[0], *s[1]], [1] * 8, GROUP).pvalue],
}


@settings(max_examples=6)
@given(FOUR, st.sampled_from([1e-12, 1e12]))
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_unit_changes_no_p(name: str, samples: list[list[float]], unit: float) -> None:
    plain = [np.array(sample) for sample in samples]
    # Paired t tests need pairs that differ by more than rounding.
    assume(np.ptp(plain[0] - plain[1]) > 0.01 and np.ptp(plain[0] / plain[1]) > 0.01)
    # The search for the likeliest spread stops within a millionth.
    tolerance = 1e-5 if "censored" in name else 1e-9
    assert FUNCTIONS[name]([unit * sample for sample in plain], unit) == pytest.approx(
        FUNCTIONS[name](plain, 1.0), rel=tolerance, abs=1e-13
    )


@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**900])
def test_at_the_ends_of_the_range_of_numbers_no_p_changes(unit: float) -> None:
    """Squares of such numbers are zero or infinite."""
    samples = [np.array([1.0, 2, 4, 3]), np.array([2.0, 5, 3, 7]), np.array([3.0, 9, 4, 6])]
    for name in (
        "equivalence of differences",
        "welch_contrasts",
        "dunnett",
        "williams",
        "random_effects",
        "hodges_lehmann",
        "signed_rank",
    ):
        assert FUNCTIONS[name]([unit * sample for sample in samples], unit) == pytest.approx(
            FUNCTIONS[name](samples, 1.0), rel=1e-9
        ), name
