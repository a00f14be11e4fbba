"""Tables that people read, made from results and verdicts."""

import html

import pandas as pd

from secretome import words
from secretome.cohort import Study


def pairs_table(study: Study) -> pd.DataFrame:
    """Every measurement, one row per animal, one column per endpoint and group."""
    measured = study.cohort.values
    wide = measured.pivot(index="animal", columns=["endpoint", "group"], values="value").reindex(measured["animal"].unique())
    table = pd.DataFrame({study.protocol.experimental_unit: wide.index})
    for key, endpoint in study.protocol.endpoints.items():
        for group, arm in study.protocol.groups.items():
            if (key, group) in wide:
                table[f"{endpoint.label}, {endpoint.unit}, {arm.label.lower()}"] = _aligned(wide[key, group])
    return table


def results_table(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Results of one endpoint as a reader wants them: method, effect with interval, p."""
    return pd.DataFrame(
        {
            "Method": results["method"].to_numpy(),
            "Effect": [words.effect(row, study.protocol.endpoints[row["endpoint"]].unit) for _, row in results.iterrows()],
            "p": [words.p_number(p) for p in results["pvalue"]],
        }
    )


def verdicts_table(study: Study, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Verdicts as a reader wants them."""
    return pd.DataFrame(
        {
            "Claim": [study.protocol.claims[key].sentence for key in verdicts["claim"]],
            "Verdict": verdicts["verdict"].to_numpy(),
            "By the published test": verdicts["verdict_as_published"].to_numpy(),
            "Ratio": [f"{words.number(row['estimate'])} ({words.interval(row)})" for _, row in verdicts.iterrows()],
            "Rule that decided": verdicts["rule"].to_numpy(),
        }
    )


def to_html(table: pd.DataFrame, caption: str) -> str:
    """A table as HTML that scrolls on a narrow screen and is announced by its caption; every text is escaped."""
    safe = html.escape(caption)
    body = table.to_html(index=False, escape=True, border=0, justify="left", classes="table")
    body = body.replace("<thead>", f"<caption>{safe}</caption>\n  <thead>", 1).replace("<th>", '<th scope="col">')
    return f'<div class="table-scroll" role="region" tabindex="0" aria-label="{safe}">\n{body}\n</div>'


def _aligned(values: pd.Series) -> list[str]:
    """Values to one number of decimals, the most that any of them needs; a missing one is a dash."""
    decimals = max((len(f"{value:g}".partition(".")[2]) for value in values.dropna()), default=0)
    return ["–" if pd.isna(value) else f"{value:.{decimals}f}" for value in values]
