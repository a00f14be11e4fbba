"""The minimum attainable p-values of exact rank tests, and the group sizes from which they can reach alpha."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from secretome import stats
from secretome.claims import ALPHA
from secretome.protocol import Protocol


def rank_min_pvalues(sizes: Sequence[int], *, groups: Sequence[int] = (), doses: int = 0) -> pd.DataFrame:
    """Return the minimum attainable p-values of exact rank tests: groups without ties that do not overlap.

    Parameters
    ----------
    sizes : sequence of int
        Animals per group, 2 or more.
    groups : sequence of int
        How many groups are compared with one control: for each number, the minimum attainable p-value of the
        Mann-Whitney test times this number, and that of Steel's test.
    doses : int
        Over how many doses a trend is tested by Jonckheere and Terpstra; 0 for none.

    Returns
    -------
    DataFrame
        One row per size: n, then one column per test with the smallest two-sided p.

    Examples
    --------
    >>> rank_min_pvalues([3, 5], groups=(6,), doses=3).round(4).to_dict("list")["Mann-Whitney, times 6"]
    [0.6, 0.0476]
    """
    rows = []
    for n in sizes:
        control = np.arange(n)
        separate = [control + 100.0 * place for place in range(1, 1 + max([1, doses - 1]))]
        min_pvalue = stats.mann_whitney(separate[0], control).min_pvalue
        row = {"n": n, "Mann-Whitney, one group": min_pvalue}
        for number in groups:
            row[f"Mann-Whitney, times {number}"] = min(1.0, number * min_pvalue)
        for number in groups:
            # All groups above the control, interleaved: each is then as far from it as ranks can be.
            apart = [control + 100.0 + place / (number + 1) for place in range(number)]
            row[f"Steel, {number} groups"] = float(stats.steel([control, *apart], control=0).pvalue.min())
        if doses:
            row[f"Jonckheere, {doses} doses"] = stats.jonckheere_terpstra([control, *separate]).min_pvalue
        rows.append(row)
    return pd.DataFrame(rows)


def first_exact_n(protocol: Protocol, claim: str, alpha: float = ALPHA) -> int:
    """The smallest group size, or number of pairs, for which the authors' presumed exact test can reach alpha.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    >>> [first_exact_n(protocol, claim) for claim in ("afc_rises", "afc_dose_im", "phagocytosis_unchanged")]
    [4, 3, 5]
    """
    about = protocol.claims[claim]
    if protocol.is_survival(about.endpoint):
        raise ValueError(f"the smallest p of {claim} depends on the deaths, and not on the group size alone.")
    for n in range(3, 20):
        low = np.arange(n)
        if protocol.design == "paired":
            min_pvalue = stats.signed_rank(low + 100.0, low * 1.5).min_pvalue
        elif about.over_doses:
            samples = [low + 100 * position for position in range(len(about.doses))]
            min_pvalue = stats.jonckheere_terpstra(samples).min_pvalue
        else:
            # The first step of Holm's procedure is the strictest.
            tests = len(about.compared) if about.is_equivalence else 1
            min_pvalue = tests * stats.mann_whitney(low + 100, low).min_pvalue
        if min_pvalue <= alpha:
            return n
    raise ValueError(f"the test of {claim} cannot reach {alpha:g} with fewer than 20 per group.")
