"""What can be computed from printed summaries: spreads, analyses of variance, ratios to the control, odds of death."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats.contingency import odds_ratio

from secretome.audit.across import plain_ratio, steps
from secretome.audit.counts import counted, pvalues
from secretome.audit.models import Endpoint, Table
from secretome.audit.summaries import anova, arithmetic_ratio, geometric_ratio, readings

LEVEL = 0.95


def spreads(tables: Mapping[str, Table]) -> pd.DataFrame:
    """Every printed mean with its spread.

    Returns
    -------
    DataFrame
        One row per group of a row: file, source, item, unit, group, mean and spread as printed, said (``sd``, ``se`` or
        ``not said``), n as printed, and cv: the coefficient of variation if ± is an SD, or is an SE of a known n; NaN
        otherwise.
    """
    rows: list[dict[str, Any]] = []
    for name, table in tables.items():
        for endpoint in table.endpoints.values():
            for key, cell in endpoint.values.items():
                if cell.mean is None or cell.spread is None:
                    continue
                said, size = table.spread_of(endpoint), table.size(endpoint, key)
                root = float(np.sqrt(size.least)) if said == "se" and size else np.nan if said == "se" else 1.0
                rows.append(
                    {
                        **_about(name, table, endpoint),
                        "group": table.groups[key].label,
                        "mean": str(cell.mean),
                        "spread": str(cell.spread),
                        "said": said,
                        "n": str(size or ""),
                        "cv": root * float(cell.spread / cell.mean) if cell.mean else np.nan,
                    }
                )
    return pd.DataFrame(rows)


def variances(tables: Mapping[str, Table]) -> pd.DataFrame:
    """One-way analyses of variance of every row with three groups or more, under each reading of ±.

    Returns
    -------
    DataFrame
        file, source, item, unit, reading, said, groups, n (of the smallest group), shared (whether n are equal shares
        of a total), statistic, df_between, df_within, pvalue, pvalue_welch.
    """
    rows: list[dict[str, Any]] = []
    for name, table in tables.items():
        for endpoint in table.endpoints.values():
            groups = [key for key, cell in endpoint.values.items() if cell.mean is not None]
            for reading in readings(table, endpoint, groups) if len(groups) > 2 else []:
                result, welch = anova(reading.summaries), anova(reading.summaries, welch=True)
                rows.append(
                    {
                        **_about(name, table, endpoint),
                        "reading": reading.spread,
                        "said": table.spread_of(endpoint) != "not said",
                        "groups": len(groups),
                        "n": min(one.n for one in reading.summaries),
                        "shared": table.shares_equally,
                        "statistic": result.statistic,
                        "df_between": result.df[0],
                        "df_within": result.df[1],
                        "pvalue": result.pvalue,
                        "pvalue_welch": welch.pvalue,
                    }
                )
    return pd.DataFrame(rows)


def ratios(tables: Mapping[str, Table]) -> pd.DataFrame:
    """Every treated group over the control of its row, for each meaning of ±, without rows before treatment (hour 0).

    Returns
    -------
    DataFrame
        file, source, item, unit, quantity, treated, control, reading, said, shared, n_treated, n_control; estimate,
        low, high, level and pvalue of the ratio of geometric means; mean_ratio, mean_low and mean_high of the ratio of
        means.
    """
    rows: list[dict[str, Any]] = []
    for name, table in tables.items():
        for endpoint, treated, control in _contrasts(table):
            for reading in readings(table, endpoint, (treated, control)):
                first, second = reading.summaries
                if min(first.mean, second.mean, first.sd, second.sd) <= 0:
                    continue
                geometric = geometric_ratio(first, second)
                low, high = geometric.confidence_interval(LEVEL)[:2]
                mean, mean_low, mean_high = arithmetic_ratio(first, second, LEVEL)
                rows.append(
                    {
                        **_about(name, table, endpoint),
                        "quantity": endpoint.quantity,
                        "treated": table.groups[treated].label,
                        "control": table.groups[control].label,
                        "reading": reading.spread,
                        "said": table.spread_of(endpoint) != "not said",
                        "shared": table.shares_equally,
                        "n_treated": first.n,
                        "n_control": second.n,
                        "estimate": geometric.estimate,
                        "low": low,
                        "high": high,
                        "level": LEVEL,
                        "pvalue": geometric.pvalue,
                        "mean_ratio": mean,
                        "mean_low": mean_low,
                        "mean_high": mean_high,
                    }
                )
    return pd.DataFrame(rows)


def odds(tables: Mapping[str, Table]) -> pd.DataFrame:
    """Odds ratios of death, treated over control: as printed, and by conditional maximum likelihood from counts.

    Returns
    -------
    DataFrame
        file, source, item, treated, control, printed (whether a meta-analysis prints it), dead_treated, n_treated,
        dead_control, n_control (NaN where printed), estimate, low, high, level, chi_square and fisher (p of the two
        groups; NaN where printed).
    """
    rows: list[dict[str, Any]] = []
    for name, table in tables.items():
        for endpoint, treated, control in _contrasts(table):
            pair = counted(table, endpoint, treated), counted(table, endpoint, control)
            if endpoint.quantity not in ("deaths", "survival") or pair[0] is None or pair[1] is None:
                continue
            # Dead first, alive second, whichever the table counts.
            (dead, alive), (died, lived) = (
                row if endpoint.quantity == "deaths" else row[::-1] for row in (pair[0], pair[1])
            )
            found = odds_ratio([[dead, alive], [died, lived]])
            low, high = found.confidence_interval(LEVEL)
            ps = pvalues([(dead, alive), (died, lived)])
            rows.append(
                {
                    **_about(name, table, endpoint),
                    "treated": table.groups[treated].label,
                    "control": table.groups[control].label,
                    "printed": False,
                    "dead_treated": dead,
                    "n_treated": dead + alive,
                    "dead_control": died,
                    "n_control": died + lived,
                    "estimate": float(found.statistic),
                    "low": float(low),
                    "high": float(high),
                    "level": LEVEL,
                    "chi_square": ps.get("chi-square", np.nan),
                    "fisher": ps.get("fisher", np.nan),
                }
            )
        for estimate in table.estimates.values():
            ends = {name: float(getattr(estimate, name)) for name in ("estimate", "low", "high")}
            rows.append(
                {
                    "file": name,
                    "source": table.source.text,
                    "item": estimate.label,
                    "printed": True,
                    **ends,
                    "level": estimate.level,
                }
            )
    return pd.DataFrame(rows)


def _about(name: str, table: Table, endpoint: Endpoint) -> dict[str, Any]:
    return {"file": name, "source": table.source.text, "item": endpoint.label, "unit": endpoint.unit}


def _contrasts(table: Table) -> Iterator[tuple[Endpoint, str, str]]:
    """Every treated group with the control, row by row; a table without one control has none."""
    controls = [key for key, group in table.groups.items() if group.role == "control"]
    for endpoint in table.endpoints.values():
        if len(controls) != 1 or endpoint.hour == 0 or controls[0] not in endpoint.values:
            continue
        for key in endpoint.values:
            if table.groups[key].role == "treated":
                yield endpoint, key, controls[0]


def titre_readings(table: Table, control_steps: float) -> pd.DataFrame:
    """What a printed rise of a titre means, as a rise of the titre itself and as a rise of its logarithm.

    Parameters
    ----------
    table : Table
        A printed table with ratios that name their dilution.
    control_steps : float
        How many dilutions the control's titre has; a rise of the logarithm is a share of them.

    Returns
    -------
    DataFrame
        One row per ratio and end: label, printed (per cent), steps (of a dilution, if the titre itself rose), and fold
        (of the titre, if its logarithm rose).

    Examples
    --------
    >>> from secretome.audit import published_tables
    >>> table = published_tables()["moskalov-2023.yml"]
    >>> titre_readings(table, 4.0).round(2).values.tolist()[1]
    ['Antibody titre, into muscle', 95.0, 0.96, 13.93]
    """
    rows = []
    for ratio in table.ratios.values():
        if ratio.dilution is None:
            continue
        dilution = float(ratio.dilution)
        for end in ratio.ends:
            rise = plain_ratio(ratio, end) - 1
            rows.append((ratio.label, 100 * rise, steps(1 + rise, dilution), dilution ** (control_steps * rise)))
    return pd.DataFrame(rows, columns=["label", "printed", "steps", "fold"])
