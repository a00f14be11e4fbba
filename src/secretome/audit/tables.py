"""Tables of reported numbers and of the findings about them."""

from collections.abc import Mapping, Sequence

import pandas as pd

from secretome.audit.findings import AUDIT_OUTCOMES, Finding
from secretome.audit.models import ReportedTable
from secretome.report import text

SPREADS = {"sd": "SD", "se": "SE", "not stated": "not stated"}


def sources_table(tables: Mapping[str, ReportedTable]) -> pd.DataFrame:
    """The reported tables of the audit: the address of each, and what its source states about n and ±."""
    rows = []
    for table in tables.values():
        sizes = list(dict.fromkeys(str(group.n) for group in table.groups.values() if group.n))
        n = f"{', '.join(sizes)} per group" if sizes else f"{table.total} in all" if table.total else "not known"
        has_spread = any(
            cell.spread is not None for endpoint in table.endpoints.values() for cell in endpoint.values.values()
        )
        rows.append(
            {
                "Source": table.title,
                "n": n if table.groups else "–",
                "± is": SPREADS[table.spread] if has_spread else "–",
                "Note": table.note or "–",
                "Address": table.source.url or "none known",
                "Licence": table.source.licence,
            }
        )
    return pd.DataFrame(rows)


def by_outcome(tables: Mapping[str, ReportedTable], findings: Sequence[Finding]) -> list[str]:
    """The files that have findings, those with most findings that differ first."""
    counts = _outcomes(tables, findings)
    return sorted((file for file in tables if any(counts[file])), key=lambda file: counts[file], reverse=True)


def _outcomes(tables: Mapping[str, ReportedTable], findings: Sequence[Finding]) -> dict[str, tuple[int, ...]]:
    outcomes = {file: [finding.outcome for finding in findings if finding.file == file] for file in tables}
    return {file: tuple(listed.count(outcome) for outcome in AUDIT_OUTCOMES) for file, listed in outcomes.items()}


def spreads_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Reported means and spreads, with the coefficient of variation."""
    cv = [text.number(value) if pd.notna(value) else "–" for value in rows["cv"]]
    if_sd = rows["spread_is"].map({"not stated": ", if SD"}).fillna("")
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Endpoint": rows["item"],
            "Group": rows["group"],
            "Mean ± spread": rows["mean"] + " ± " + rows["spread"],
            "Unit": rows["unit"].replace("", "–"),
            "± is": rows["spread_is"].map(SPREADS),
            "n": rows["n"].replace("", "–"),
            "CV": cv + if_sd,
        }
    )


def variances_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Analyses of variance from reported summaries."""
    df = rows["df_between"].map("{:.0f}".format) + ", " + rows["df_within"].map("{:.0f}".format)
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Endpoint": rows["item"],
            "± taken as": rows["spread"].str.upper(),
            "n": rows["n"].astype(str) + rows["equal_shares"].map({True: ", shared equally", False: ""}),
            "F": "F(" + df + ") = " + rows["statistic"].map(text.number),
            "p": rows["pvalue"].map(text.p_number),
            "p, Welch": rows["pvalue_welch"].map(text.p_number),
        }
    )


def ratios_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Treated over control from reported summaries, as geometric means and as means."""
    means = rows[["level"]].assign(estimate=rows["mean_ratio"], low=rows["mean_low"], high=rows["mean_high"])
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Endpoint": rows["item"],
            "Contrast": _contrast(rows),
            "± taken as": rows["spread"].str.upper(),
            "n": rows["n_treated"].astype(str) + " and " + rows["n_control"].astype(str),
            "Geometric means": [text.ratio(row) for _, row in rows.iterrows()],
            "Means": [text.ratio(row) for _, row in means.iterrows()],
            "p": rows["pvalue"].map(text.p_number),
        }
    )


def odds_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Odds ratios of death from counts."""
    counts = rows[["dead_treated", "n_treated", "dead_control", "n_control"]].astype(int)
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Contrast": _contrast(rows),
            "Dead": ["{} of {}, {} of {}".format(*row) for row in counts.itertuples(index=False)],
            "Odds ratio": [text.ratio(row) for _, row in rows.iterrows()],
            "p, Fisher": rows["fisher"].map(text.p_number),
            "p, chi-square": rows["chi_square"].map(text.p_number),
        }
    )


def _contrast(rows: pd.DataFrame) -> "pd.Series[str]":
    return rows["treated"] + " against " + rows["control"].map(text.lowercase_first)


def titre_increases_table(rows: pd.DataFrame) -> pd.DataFrame:
    """A reported increase of a titre under both interpretations."""
    return pd.DataFrame(
        {
            "Reported": rows["label"] + ": + " + rows["reported"].map("{:.0f} %".format),
            "If of the titre itself: dilutions": rows["steps"].map(text.number),
            "If of its logarithm: times the titre": rows["fold"].map(text.number),
        }
    )
