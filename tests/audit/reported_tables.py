"""The book's reported tables, audited once, and a sound table into which tests inject errors."""

from functools import cache
from pathlib import Path

from secretome.audit import Finding, ReportedTable, audit, load_table, published_tables

# 4 of 8, 2 of 8, 0 of 8 dead: chi-square 5.33 on 2 df, p 0.0695. Means 100, 80, 60 with SD 20 and n 8: F(2, 21) = 8, p
# 0.0026; the standard error of LSD is 20 * sqrt(2 / 8) = 10. Scores 1 1 2 3 3 3 3 4 and 0 0 0 1 2 2 2 3 have the
# reported means, SDs and ranges.
SOUND = """
title: Made-up mice
source: {citation: none, text: nobody, licence: CC BY 4.0}
subject: mouse
total: 24
spread: sd
groups:
  control: {label: Control, role: control, n: 8}
  low: {label: Low dose, role: treated, n: 8}
  high: {label: High dose, role: treated, n: 8}
endpoints:
  deaths:
    label: Deaths
    quantity: deaths
    deaths: true
    hour: 72
    values: {control: {count: 4, percent: 50}, low: {count: 2, percent: 25}, high: {count: 0, percent: 0}}
    comparisons: [{method: chi-square, p: 0.069}]
  il6:
    label: IL-6
    quantity: IL-6
    unit: pg/mL
    lowest: 0
    hour: 24
    values:
      control: {mean: 100.0, spread: 20.0, letters: a}
      low: {mean: 80.0, spread: 20.0, letters: ab}
      high: {mean: 60.0, spread: 20.0, letters: b}
    comparisons:
      - {method: anova, statistic: 8.0, p: 0.003}
      - {groups: [control, high], method: lsd, difference: 40.0, standard_error: 10.0, p: 0.0006, claimed: higher}
      - {groups: [low, control], method: t, p: 0.065, claimed: not different}
  score:
    label: Score
    integer: true
    values:
      control: {mean: 2.50, spread: 1.07, low: 1, high: 4}
      high: {mean: 1.25, spread: 1.16, low: 0, high: 3}
    comparisons: [{groups: [high, control], method: mann-whitney, p: 0.04, claimed: different}]
ratios:
  control: {label: Plaques, quantity: plaques, of: high, to: control, low: 3.0, high: 6.0}
  low: {label: Plaques, quantity: plaques, of: high, to: low, low: 1.5, high: 3.0}
  direct: {label: Plaques, quantity: plaques, of: low, to: control, low: 2.0}
  titre: {label: Titre, quantity: titre, of: high, to: control, low: 2.5, high: 4.2, dilution: 2}
correlations:
  dose: {label: Plaques and dose, coefficient: 0.9, method: spearman, points: 5, p: 0.083}
estimates:
  pooled: {label: Odds ratio, quantity: mortality, estimate: 0.40, low: 0.20, high: 0.80}
"""


@cache
def tables() -> dict[str, ReportedTable]:
    """The book's tables."""
    return published_tables()


@cache
def findings() -> list[Finding]:
    """Their findings."""
    return audit(tables())


def only(file: str, check: str, item: str = "", *groups: str) -> Finding:
    """The only finding of a check on an item of a file."""
    matching = [
        finding
        for finding in findings()
        if (finding.file, finding.check) == (f"{file}.yml", check)
        and finding.item.startswith(item)
        and groups in ((), finding.groups)
    ]
    assert len(matching) == 1, [(finding.item, finding.groups) for finding in matching]
    return matching[0]


def load(folder: Path, text: str, name: str = "table.yml") -> ReportedTable:
    """A table from its text."""
    (folder / name).write_text(text, encoding="utf-8")
    return load_table(folder / name)


def with_errors(*pieces: str) -> str:
    """The sound table after each old piece is replaced by the new one that follows it."""
    text = SOUND
    for old, new in zip(pieces[::2], pieces[1::2], strict=True):
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text
