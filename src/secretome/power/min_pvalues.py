"""The smallest p that exact rank tests allow, whatever the animals do."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from secretome import stats


def rank_min_pvalues(sizes: Sequence[int], *, groups: Sequence[int] = (), doses: int = 0) -> pd.DataFrame:
    """What exact rank tests can say at most, from groups without ties that do not overlap.

    Parameters
    ----------
    sizes : sequence of int
        Animals per group, 2 or more.
    groups : sequence of int
        How many groups are compared with one control: for each number, the floor of the Mann-Whitney test times it, and
        Steel's.
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
        floor = stats.mann_whitney(separate[0], control).min_pvalue
        row = {"n": n, "Mann-Whitney, one group": floor}
        for number in groups:
            row[f"Mann-Whitney, times {number}"] = min(1.0, number * floor)
        for number in groups:
            # All groups above the control, interleaved: each is then as far from it as ranks can be.
            apart = [control + 100.0 + place / (number + 1) for place in range(number)]
            row[f"Steel, {number} groups"] = float(stats.steel([control, *apart], control=0).pvalue.min())
        if doses:
            row[f"Jonckheere, {doses} doses"] = stats.jonckheere_terpstra([control, *separate]).min_pvalue
        rows.append(row)
    return pd.DataFrame(rows)
