"""Tables of printed numbers and what checking them found."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from secretome.audit import OUTCOMES, Finding, Table
from secretome.audit import text as audit_text
from secretome.report import text


def reported_sources_table(printed: Mapping[str, Table]) -> pd.DataFrame:
    """The printed tables of the audit: where each is, and what its source says of n and of ±."""
    rows = []
    for table in printed.values():
        sizes = list(dict.fromkeys(str(group.n) for group in table.groups.values() if group.n))
        n = f"{', '.join(sizes)} a group" if sizes else f"{table.total} in all" if table.total else "not known"
        means = any(
            cell.spread is not None for endpoint in table.endpoints.values() for cell in endpoint.values.values()
        )
        spread = {"sd": "SD", "se": "SE", "not said": "not said"}[table.spread] if means else "–"
        rows.append(
            (
                table.title,
                n if table.groups else "–",
                spread,
                table.note or "–",
                table.source.url or "none known",
                table.source.licence,
            )
        )
    return pd.DataFrame(rows, columns=["Source", "n", "± is", "To know", "Address", "Licence"])


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings of one source: what was checked, with which outcome, in a sentence."""
    rows = [(finding.outcome, finding.check, audit_text.finding_sentence(finding)) for finding in findings]
    return pd.DataFrame(rows, columns=["Outcome", "Check", "Finding"])


def outcomes_table(printed: Mapping[str, Table], findings: Sequence[Finding]) -> pd.DataFrame:
    """How many findings of each outcome every source has; a source without a finding comes last."""
    found = by_outcome(printed, findings)
    rows = [
        (
            printed[name].title,
            *(sum((one.file, one.outcome) == (name, outcome) for one in findings) for outcome in OUTCOMES),
        )
        for name in [*found, *(name for name in printed if name not in found)]
    ]
    return pd.DataFrame(rows, columns=["Source", *(outcome[0].upper() + outcome[1:] for outcome in OUTCOMES)])


def by_outcome(printed: Mapping[str, Table], findings: Sequence[Finding]) -> list[str]:
    """The files of an audit in order: those with most that differs first; those without a finding are left out."""
    counts = {
        name: tuple(sum((one.file, one.outcome) == (name, outcome) for one in findings) for outcome in OUTCOMES)
        for name in printed
    }
    return sorted((name for name in printed if any(counts[name])), key=lambda name: counts[name], reverse=True)


def spreads_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Printed means and spreads, with the coefficient of variation."""
    said = rows["said"].map({"sd": "SD", "se": "SE", "not said": "not said"})
    cv = [text.number(value) if pd.notna(value) else "–" for value in rows["cv"]]
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Measure": rows["item"],
            "Group": rows["group"],
            "Mean ± spread": rows["mean"] + " ± " + rows["spread"],
            "Unit": rows["unit"].replace("", "–"),
            "± is": said,
            "n": rows["n"].replace("", "–"),
            "CV": [
                f"{value}, if SD" if what == "not said" else value for value, what in zip(cv, rows["said"], strict=True)
            ],
        }
    )


def variances_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Analyses of variance from printed summaries."""
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Measure": rows["item"],
            "± read as": rows["reading"].str.upper(),
            "n": [
                f"{n}{', shared equally' if shared else ''}"
                for n, shared in zip(rows["n"], rows["shared"], strict=True)
            ],
            "F": [
                f"F({row['df_between']:.0f}, {row['df_within']:.0f}) = {text.number(row['statistic'])}"
                for _, row in rows.iterrows()
            ],
            "p": [text.p_number(p) for p in rows["pvalue"]],
            "p, Welch": [text.p_number(p) for p in rows["pvalue_welch"]],
        }
    )


def reported_ratios_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Treated over control from printed summaries, as geometric means and as means."""
    means = rows[["level"]].assign(estimate=rows["mean_ratio"], low=rows["mean_low"], high=rows["mean_high"])
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Measure": rows["item"],
            "Contrast": rows["treated"] + " against " + rows["control"].map(text.lowercase_first),
            "± read as": rows["reading"].str.upper(),
            "n": [f"{row['n_treated']} and {row['n_control']}" for _, row in rows.iterrows()],
            "Geometric means": [text.ratio(row) for _, row in rows.iterrows()],
            "Means": [text.ratio(row) for _, row in means.iterrows()],
            "p": [text.p_number(p) for p in rows["pvalue"]],
        }
    )


def odds_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Odds ratios of death from counts."""
    return pd.DataFrame(
        {
            "Source": rows["source"],
            "Contrast": rows["treated"] + " against " + rows["control"].map(text.lowercase_first),
            "Dead": [
                f"{row['dead_treated']:.0f} of {row['n_treated']:.0f}, {row['dead_control']:.0f} of "
                f"{row['n_control']:.0f}"
                for _, row in rows.iterrows()
            ],
            "Odds ratio": [text.ratio(row) for _, row in rows.iterrows()],
            "p, Fisher": [text.p_number(p) for p in rows["fisher"]],
            "p, chi-square": [text.p_number(p) for p in rows["chi_square"]],
        }
    )


def titre_readings_table(rows: pd.DataFrame) -> pd.DataFrame:
    """What a printed rise of a titre is, read in two ways."""
    return pd.DataFrame(
        {
            "Printed": [
                f"{label}: + {printed:.0f} %" for label, printed in zip(rows["label"], rows["printed"], strict=True)
            ],
            "If of the titre itself: dilutions": [text.number(value) for value in rows["steps"]],
            "If of its logarithm: times the titre": [text.number(value) for value in rows["fold"]],
        }
    )


def min_pvalues_table(floors: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """The smallest p that exact tests allow; what can never reach alpha is marked in words."""
    cells = {
        name: [f"{text.p_number(p)}{' (never)' if p > alpha else ''}" for p in floors[name]]
        for name in floors
        if name != "n"
    }
    return pd.DataFrame({"Animals per group": floors["n"], **cells})
