"""What was chosen in an analysis, taken from its name."""

from dataclasses import dataclass

from secretome.analysis.count_models import BETA_BINOMIAL, NEGATIVE_BINOMIAL, QUASI_POISSON
from secretome.analysis.multiverse import OTHER_SHARES
from secretome.analysis.results import BONFERRONI, HALF_ERROR, HOLM, UNADJUSTED
from secretome.analysis.trend import DOSE_AXES

ADJUSTMENTS = (UNADJUSTED, HALF_ERROR, BONFERRONI, HOLM)
BY_RANKS = ("Mann-Whitney", "Brunner-Munzel", "signed-rank", "sign test", "rank tests", "Jonckheere", "Spearman")
HALF_LIMIT, AS_HIDDEN = "half the limit", "as hidden"


@dataclass(frozen=True)
class Specification:
    """The choices behind one analysis; an empty one was not to be made.

    Attributes
    ----------
    test, scale, dose, adjustment, hidden : str
        The test; ``logs``, ``plain``, ``ranks`` or ``counts``; the axis that doses stand on; how p was adjusted over a
        family; and what was put for values beyond a limit.
    """

    test: str
    scale: str
    dose: str
    adjustment: str
    hidden: str


def specification_of(method: str, *, adjustment: str = "", hidden: bool = False) -> Specification:
    """Take an analysis' name apart.

    Parameters
    ----------
    method : str
        As a result row has it.
    adjustment : str
        What to say where the name states none.
    hidden : bool
        Whether any value lies beyond a limit.

    Returns
    -------
    Specification

    Examples
    --------
    >>> specification_of("Student's t test on logs, half the limit for values below it, Holm", hidden=True)
    Specification(test="Student's t test", scale='logs', dose='', adjustment='Holm', hidden='half the limit')
    """
    parts = method.split(", ")
    if parts[-1] in ADJUSTMENTS:
        adjustment = parts.pop()
    elif "Dunnett" in method:
        adjustment = "Dunnett's own"
    limits = [part for part in parts if part.endswith(("values below it", "values above it"))]
    names = [part for part in parts if part not in limits]
    test = ", ".join(name for name in names if name != "on logs").replace(" on logs", "")
    logs = "logs" in method or "lognormal" in method or "log ratios" in method or "geometric means" in method
    scale = (
        "logs"
        if logs and "signed-rank" not in method
        else "ranks"
        if any(name in method for name in BY_RANKS)
        else "plain"
    )
    if "two one-sided exact rank" in method or "signed-rank test on logs" in method:
        scale = "ranks of logs"
    if any(model in method for model in (QUASI_POISSON, NEGATIVE_BINOMIAL, BETA_BINOMIAL)):
        scale = "counts"
    dose = next((axis for axis in DOSE_AXES if f" on {axis}" in test), "")
    test = test.replace(f" on {dose}", "") if dose else test
    for tail in (" of log ratios", " on log ratios", " of differences", " on differences"):
        test = test.removesuffix(tail)
    return Specification(
        test.replace("geometric means", "means"), scale, dose, adjustment, _hidden(limits, test) if hidden else ""
    )


def _hidden(limits: list[str], test: str) -> str:
    for words in OTHER_SHARES.values():
        if any(part.startswith(f"{words} for values below") for part in limits):
            return words
    if any(part.startswith(HALF_LIMIT) for part in limits):
        return HALF_LIMIT
    return AS_HIDDEN if "model" in test or any(name in test for name in BY_RANKS) else HALF_LIMIT
