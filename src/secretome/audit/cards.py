"""One card for each paper: its citation, what agrees, what differs and what cannot be told from its numbers."""

import html
from collections.abc import Iterable, Mapping, Sequence

from secretome.audit.findings import AUDIT_OUTCOMES, Finding
from secretome.audit.models import ReportedTable
from secretome.audit.tables import by_outcome
from secretome.audit.text import finding_sentence
from secretome.report.text.numbers import count

# What each kind of check compares, in words.
CHECKS = {
    "test": "p of a test, from means and SDs",
    "range": "values that are possible",
    "shape": "mean and SD of skewed values",
    "effect size": "size of the effect",
    "significance": "p and the statement in the text",
    "group sizes": "total and group sizes",
    "counts": "p of a test, from counts",
    "difference": "difference and the two means",
    "direction": "direction of the difference",
    "letters": "letters of significance",
    "standard error": "standard error and the SDs",
    "interval": "estimate and its interval",
    "percentages": "percentage and count",
    "statistic": "p and the test statistic",
    "correlation": "correlation and number of points",
    "deaths": "n and deaths",
    "dilution": "change and dilution step",
    "minimum p-value": "p and the minimum attainable p",
    "units across reports": "units of two reports",
    "ratios": "ratios within a report",
    "ratios across reports": "ratios of two reports",
    "whole numbers": "means of whole numbers",
}
HEADINGS = {"differs": "Differs", "cannot tell": "Cannot tell", "agrees": "Agrees"}


def short_name(table: ReportedTable) -> str:
    """The authors and year of a source, without what was read of it.

    >>> from secretome.audit import published_tables
    >>> short_name(published_tables()["ijms-49654.yml"])
    'Khodkar and colleagues (2024)'
    """
    return table.source.text.partition(",")[0]


def paper_cards(tables: Mapping[str, ReportedTable], findings: Sequence[Finding]) -> str:
    """Return one card per source as HTML, those with most findings that differ first, then those without findings."""
    ordered = dict.fromkeys([*by_outcome(tables, findings), *tables])
    return "\n".join(_card(tables[file], [one for one in findings if one.file == file]) for file in ordered)


def counts_by_paper(tables: Mapping[str, ReportedTable], findings: Sequence[Finding]) -> dict[str, dict[str, int]]:
    """The number of findings of each outcome for every source that has findings."""
    return {
        short_name(tables[file]): _counts(one for one in findings if one.file == file)
        for file in by_outcome(tables, findings)
    }


def counts_by_check(findings: Sequence[Finding]) -> dict[str, dict[str, int]]:
    """The number of findings of each outcome for every kind of check, the most frequent first."""
    kinds = {kind: _counts(one for one in findings if one.check == kind) for kind in {one.check for one in findings}}
    ordered = sorted(kinds.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    return {CHECKS.get(kind, kind): counts for kind, counts in ordered}


def counts_alt(counts: Mapping[str, Mapping[str, int]], what: str) -> str:
    """Alternative text of a figure of counts."""
    rows = "; ".join(
        f"{name}: {', '.join(f'{n} {_verb(outcome, n)}' for outcome, n in row.items() if n)}"
        for name, row in counts.items()
    )
    return f"Findings by {what}, as stacked bars. {rows}."


def _verb(outcome: str, n: int) -> str:
    """The outcome as the verb of one finding or of several."""
    return outcome if n == 1 else {"agrees": "agree", "differs": "differ"}.get(outcome, outcome)


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    outcomes = [finding.outcome for finding in findings]
    return {outcome: outcomes.count(outcome) for outcome in reversed(AUDIT_OUTCOMES)}


def _card(table: ReportedTable, findings: Sequence[Finding]) -> str:
    source = table.source
    address = f"https://doi.org/{source.doi}" if source.doi else source.url
    shown = f"doi:{source.doi}" if source.doi else source.url
    link = f' <a href="{html.escape(address)}">{html.escape(shown)}</a>' if address else ""
    groups = {outcome: [one for one in findings if one.outcome == outcome] for outcome in AUDIT_OUTCOMES}
    parts = [_part(outcome, listed) for outcome, listed in groups.items() if listed]
    if not findings:
        parts = ["<p>No printed number can be calculated from the others.</p>"]
    note = f"<p>{html.escape(table.note)}</p>" if table.note else ""
    return (
        f'<section class="paper"><h3>{html.escape(table.title)}</h3>'
        f'<p class="paper-source">{html.escape(source.text)}.{link}</p>{note}{"".join(parts)}</section>'
    )


def _part(outcome: str, findings: Sequence[Finding]) -> str:
    lines = "".join(f"<li>{html.escape(finding_sentence(one))}</li>" for one in findings)
    heading = f"{HEADINGS[outcome]}: {count(len(findings), 'number')}"
    folded = outcome == "agrees"
    if folded:
        return f"<details><summary>{heading}</summary><ul>{lines}</ul></details>"
    return f'<p class="paper-{outcome.replace(" ", "-")}"><strong>{heading}</strong></p><ul>{lines}</ul>'
