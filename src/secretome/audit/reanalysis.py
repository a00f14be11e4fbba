"""Reanalysis of reported summaries: spreads, analyses of variance, ratios to the control, odds of death."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats.contingency import odds_ratio

from secretome.audit.counts import count_pvalues, event_counts
from secretome.audit.models import ReportedEndpoint, ReportedTable
from secretome.audit.ratios import as_ratio, dilution_steps
from secretome.audit.summaries import Interpretation, anova, arithmetic_ratio, geometric_ratio, interpretations

LEVEL = 0.95


def spreads(tables: Mapping[str, ReportedTable]) -> pd.DataFrame:
    """Every reported mean with its spread.

    Returns
    -------
    DataFrame
        One row per group of a row: file, source, item, unit, group, mean and spread as reported, spread_is (``sd``,
        ``se`` or ``not stated``), n as reported, and cv: the coefficient of variation if ± is an SD, or an SE of a
        known n, else NaN.
    """
    rows: list[dict[str, Any]] = []
    for file, table, endpoint in _rows(tables):
        spread_is = endpoint.spread or table.spread
        for group, cell in endpoint.values.items():
            if cell.mean is None or cell.spread is None:
                continue
            size, sd = table.size(endpoint, group), float(cell.spread)
            if spread_is == "se":
                sd *= float(np.sqrt(size.least)) if size else np.nan
            rows.append(
                {
                    **_source(file, table, endpoint),
                    "group": table.groups[group].label,
                    "mean": str(cell.mean),
                    "spread": str(cell.spread),
                    "spread_is": spread_is,
                    "n": str(size or ""),
                    "cv": sd / float(cell.mean) if cell.mean else np.nan,
                }
            )
    return pd.DataFrame(rows)


def variances(tables: Mapping[str, ReportedTable]) -> pd.DataFrame:
    """One-way analyses of variance of every row with three groups or more, under each interpretation of ±.

    Returns
    -------
    DataFrame
        file, source, item, unit, spread (the interpretation of ±), spread_stated, groups, n (of the smallest group),
        equal_shares (whether n are equal shares of a total), statistic, df_between, df_within, pvalue, pvalue_welch.
    """
    rows: list[dict[str, Any]] = []
    for file, table, endpoint in _rows(tables):
        groups = endpoint.with_means
        for interpretation in interpretations(table, endpoint, groups) if len(groups) > 2 else []:
            result, welch = anova(interpretation.summaries), anova(interpretation.summaries, welch=True)
            rows.append(
                {
                    **_source(file, table, endpoint, interpretation),
                    "groups": len(groups),
                    "n": min(summary.n for summary in interpretation.summaries),
                    "statistic": result.statistic,
                    "df_between": result.df[0],
                    "df_within": result.df[1],
                    "pvalue": result.pvalue,
                    "pvalue_welch": welch.pvalue,
                }
            )
    return pd.DataFrame(rows)


def ratios(tables: Mapping[str, ReportedTable]) -> pd.DataFrame:
    """Every treated group over the control of its row, without rows before treatment (hour 0).

    Returns
    -------
    DataFrame
        file, source, item, unit, quantity, treated, control, spread (the interpretation of ±), spread_stated,
        equal_shares, n_treated, n_control; estimate, low, high, level and pvalue of the ratio of geometric means;
        mean_ratio, mean_low and mean_high of the ratio of means.
    """
    rows: list[dict[str, Any]] = []
    for file, table, endpoint, treated, control in _contrasts(tables):
        for interpretation in interpretations(table, endpoint, (treated, control)):
            first, second = interpretation.summaries
            if min(first.mean, second.mean, first.sd, second.sd) <= 0:
                continue
            geometric = geometric_ratio(first, second)
            low, high = geometric.confidence_interval(LEVEL)[:2]
            mean, mean_low, mean_high = arithmetic_ratio(first, second, LEVEL)
            rows.append(
                {
                    **_source(file, table, endpoint, interpretation),
                    "quantity": endpoint.quantity,
                    "treated": table.groups[treated].label,
                    "control": table.groups[control].label,
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


def odds(tables: Mapping[str, ReportedTable]) -> pd.DataFrame:
    """Odds ratios of death, treated over control: as reported, and by conditional maximum likelihood from counts.

    Returns
    -------
    DataFrame
        file, source, item, treated, control, reported (whether a meta-analysis reports it), dead_treated, n_treated,
        dead_control, n_control (NaN if reported), estimate, low, high, level, chi_square and fisher (p of the two
        groups; NaN if reported). Odds ratios from counts come first.
    """
    rows = [
        _odds_from_counts(file, table, endpoint, treated, control)
        for file, table, endpoint, treated, control in _contrasts(tables)
        if endpoint.quantity in ("deaths", "survival")
    ]
    for file, table in tables.items():
        for estimate in table.estimates.values():
            numbers = {name: float(getattr(estimate, name)) for name in ("estimate", "low", "high", "level")}
            rows.append(
                {"file": file, "source": table.source.text, "item": estimate.label, "reported": True, **numbers}
            )
    return pd.DataFrame([row for row in rows if row])


def _odds_from_counts(
    file: str, table: ReportedTable, endpoint: ReportedEndpoint, treated: str, control: str
) -> dict[str, Any]:
    """One row of `odds`; empty if a count is not reported."""
    counts = event_counts(table, endpoint, treated), event_counts(table, endpoint, control)
    if counts[0] is None or counts[1] is None:
        return {}
    # Dead first, alive second, whichever the table counts.
    rows = [row if endpoint.quantity == "deaths" else row[::-1] for row in (counts[0], counts[1])]
    result = odds_ratio(rows)
    low, high = result.confidence_interval(LEVEL)
    pvalues = count_pvalues(rows)
    return {
        **_source(file, table, endpoint),
        "treated": table.groups[treated].label,
        "control": table.groups[control].label,
        "reported": False,
        "dead_treated": rows[0][0],
        "n_treated": sum(rows[0]),
        "dead_control": rows[1][0],
        "n_control": sum(rows[1]),
        "estimate": float(result.statistic),
        "low": float(low),
        "high": float(high),
        "level": LEVEL,
        "chi_square": pvalues.get("chi-square", np.nan),
        "fisher": pvalues.get("fisher", np.nan),
    }


def _source(
    file: str, table: ReportedTable, endpoint: ReportedEndpoint, interpretation: Interpretation | None = None
) -> dict[str, Any]:
    columns = {"file": file, "source": table.source.text, "item": endpoint.label, "unit": endpoint.unit}
    if interpretation is None:
        return columns
    stated, equal = table.states_spread(endpoint), table.has_equal_shares
    return {**columns, "spread": interpretation.spread, "spread_stated": stated, "equal_shares": equal}


def _rows(tables: Mapping[str, ReportedTable]) -> Iterator[tuple[str, ReportedTable, ReportedEndpoint]]:
    for file, table in tables.items():
        for endpoint in table.endpoints.values():
            yield file, table, endpoint


def _contrasts(tables: Mapping[str, ReportedTable]) -> Iterator[tuple[str, ReportedTable, ReportedEndpoint, str, str]]:
    """Every treated group with the control of its row; a table without exactly one control has none."""
    for file, table, endpoint in _rows(tables):
        controls = [key for key, group in table.groups.items() if group.role == "control"]
        if len(controls) != 1 or endpoint.hour == 0 or controls[0] not in endpoint.values:
            continue
        for group in endpoint.values:
            if table.groups[group].role == "treated":
                yield file, table, endpoint, group, controls[0]


def titre_increases(table: ReportedTable, control_steps: float) -> pd.DataFrame:
    """What a reported increase of a titre means if it is of the titre itself, and if it is of its logarithm.

    Parameters
    ----------
    table : ReportedTable
        A reported table with ratios that name their dilution.
    control_steps : float
        The control's titre in dilution steps; an increase of the logarithm is a share of them.

    Returns
    -------
    DataFrame
        One row per ratio and limit: label, reported (per cent), steps (of a dilution, if the titre itself increased),
        and fold (change of the titre, if its logarithm increased).

    Examples
    --------
    >>> from secretome.audit import published_tables
    >>> table = published_tables()["moskalov-2023.yml"]
    >>> titre_increases(table, 4.0).round(2).values.tolist()[1]
    ['Antibody titre, into muscle', 95.0, 0.96, 13.93]
    """
    rows = []
    for ratio in table.ratios.values():
        if ratio.dilution is None:
            continue
        dilution = float(ratio.dilution)
        for limit in ratio.limits:
            increase = as_ratio(ratio, limit) - 1
            steps, fold = dilution_steps(1 + increase, dilution), dilution ** (control_steps * increase)
            rows.append((ratio.label, 100 * increase, steps, fold))
    return pd.DataFrame(rows, columns=["label", "reported", "steps", "fold"])
