"""Tables of results: contrasts, every analysis of a claim, verdicts."""

import pandas as pd

from secretome import words
from secretome.cohort import Study


def contrasts_table(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Results of many contrasts, one row each."""
    return pd.DataFrame(
        {
            "Measure": [study.protocol.endpoints[key].label for key in results["endpoint"]],
            "Contrast": [words.against(study, contrast) for contrast in results["contrast"]],
            # Kept on one line, however narrow the column.
            "n": [f"{row['n_treated']}\u00a0and\u00a0{row['n_control']}" for _, row in results.iterrows()],
            "Effect": [words.effect(row, study.protocol.endpoints[row["endpoint"]].unit) for _, row in results.iterrows()],
            "p, not adjusted": [words.p_number(p) for p in results["pvalue"]],
        }
    )


def specifications_table(study: Study, specifications: pd.DataFrame) -> pd.DataFrame:
    """Every analysis of a claim: the contrast that it hangs on, the effect, p, and what it answers."""
    answers = {"claimed": "as claimed", "opposite": "the opposite", "open": "nothing significant", "none": "not computable"}
    known = specifications[specifications["answer"] != "none"]
    endpoint = study.protocol.endpoints[known["endpoint"].iloc[0]] if len(known) else None
    return pd.DataFrame(
        {
            "Analysis": [f"{row['method']}{_reading(row)}" for _, row in known.iterrows()],
            "Hangs on": [words.against(study, contrast) for contrast in known["contrast"]],
            "Effect": [words.effect(row, endpoint.unit) for _, row in known.iterrows()] if endpoint else [],
            "p": [words.p_number(p) for p in known["pvalue"]],
            "Finds": [answers[answer] for answer in known["answer"]],
        }
    )


def options_table(specifications: pd.DataFrame) -> pd.DataFrame:
    """What was chosen in analyses where a choice was to be made, and why somebody would choose it."""
    rows = [(words.HEADINGS[kind], name, reason) for kind, _, name, reason in words.options(specifications)]
    return pd.DataFrame(rows, columns=["Choice", "In the figure", "Why somebody would"])


def verdicts_table(study: Study, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Verdicts as a reader wants them."""
    return pd.DataFrame(
        {
            "Claim": [study.protocol.claims[key].sentence for key in verdicts["claim"]],
            "Verdict": verdicts["verdict"].to_numpy(),
            "By the published test": verdicts["verdict_as_published"].to_numpy(),
            "Ratio": [words.ratio(row) for _, row in verdicts.iterrows()],
            "Rule that decided": verdicts["rule"].to_numpy(),
        }
    )


def _reading(row: words.Row) -> str:
    return "" if row["reading"] == "multiverse" else f" (as {row['reading']})"
