"""The rows of a claim that a response moves with the dose."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import numpy as np

from secretome import stats
from secretome.analysis.arms import Arm, arm, ranked
from secretome.analysis.results import RATIO, RISING_PAIRS, TREND_RANKS, TREND_RATIO, Estimate, Floats, Result, Settings, attempt
from secretome.cohort import Study
from secretome.protocol import Claim

TREND = "Welch's t test of the slope on log dose, on logs"
STEP = "Welch's t test of a step between doses, on logs"


def trend_rows(study: Study, claim: Claim, settings: Settings) -> Iterator[Result]:
    """The slope over the doses, each step between them, and Jonckheere's test; the control takes no part.

    With the control, a flat plateau above it would be called dependent on the dose.
    """
    arms = [arm(study, claim.endpoint, group) for group in claim.doses]
    doses = [study.protocol.groups[group].dose or np.nan for group in claim.doses]
    n = min(part.n for part in arms)
    base = Result(
        study=study.key,
        cohort=study.cohort.id,
        endpoint=claim.endpoint,
        contrast=claim.contrast,
        alternative="two-sided",
        n_treated=n,
        n_control=n,
        censored=sum(part.censored for part in arms),
        missing=sum(part.missing for part in arms),
    )
    if "published" in settings.readings:
        test = attempt(lambda: _ranks(arms)) if n else Estimate()
        yield replace(base, **asdict(test), reading="published", method=TREND_RANKS, effect=RISING_PAIRS)
    if "planned" in settings.readings:
        slope = attempt(lambda: _contrast(arms, slope_weights(doses), 1 - settings.alpha)) if n >= 2 else Estimate()
        yield replace(base, **asdict(slope), reading="planned", method=TREND, effect=TREND_RATIO, pvalue_adjusted=slope.pvalue)
        for position, name in enumerate(claim.steps):
            step = attempt(lambda position=position: _step(arms, position, settings.alpha)) if n >= 2 else Estimate()  # type: ignore[misc]
            yield replace(base, **asdict(step), contrast=name, reading="planned", method=STEP, effect=RATIO)


def _step(arms: list[Arm], position: int, alpha: float) -> Estimate:
    """The ratio of a dose to the one below it, at a level that holds for all steps together."""
    weights = np.zeros(len(arms))
    weights[[position, position + 1]] = -1, 1
    return _contrast(arms, weights, 1 - alpha / (len(arms) - 1))


def slope_weights(doses: Sequence[float]) -> Floats:
    """Weights of the log means that give the log ratio of highest to lowest dose by the least-squares slope on log dose."""
    x = np.log(doses)
    centred = x - x.mean()
    return np.asarray((x[-1] - x[0]) * centred / (centred**2).sum())


def _contrast(arms: list[Arm], weights: Floats, level: float) -> Estimate:
    if any(part.censored for part in arms):
        raise ValueError("a slope is not fitted through censored values.")
    test = stats.welch_contrasts([part.lower for part in arms], [weights], scale="log")
    interval = test.confidence_interval(level)
    return Estimate(
        float(test.statistic[0]),
        float(test.pvalue[0]),
        estimate=float(test.estimate[0]),
        low=float(interval.low[0]),
        high=float(interval.high[0]),
        level=level,
        df=float(test.df[0]),
    )


def _ranks(arms: list[Arm]) -> Estimate:
    test = stats.jonckheere_terpstra(ranked(arms))
    pairs = sum(first.n * second.n for position, second in enumerate(arms) for first in arms[:position])
    # From -1, every pair falling, to 1, every pair rising.
    estimate = 2 * test.statistic / pairs - 1
    return Estimate(test.statistic, test.pvalue, test.midp, test.attainable, estimate=estimate, ties=test.ties)
