"""Tables of results: contrasts, every analysis of a claim, verdicts."""

import math

import pandas as pd

from secretome.analysis import BOUND
from secretome.claims import AS_CLAIMED, decided_together, decision_row
from secretome.cohort import Study
from secretome.protocol import sides
from secretome.report import text


def contrasts_table(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Results of many contrasts, one row each, with unadjusted p-values; tests of equivalence have a heading."""
    equivalence = not results.empty and (results["alternative"] == "equivalence").all()
    return pd.DataFrame(
        {
            **_places(study, results),
            "Effect": [
                text.effect(row, study.protocol.endpoints[row["endpoint"]].unit) for _, row in results.iterrows()
            ],
            "p of equivalence" if equivalence else "p, not adjusted": [text.p_number(p) for p in results["pvalue"]],
        }
    )


def planned_table(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Planned results, one row each, with p and interval as the claim uses them and for each contrast on its own.

    The two differ where a claim needs all of its contrasts: it uses unadjusted p-values, and each single contrast uses
    adjusted ones.
    """
    rows = [row for _, row in results.iterrows()]
    used = [decision_row(study.protocol, row) for row in rows]
    two = [decided_together(study.protocol, row) for row in rows]
    equivalence = bool(rows) and all(row["alternative"] == "equivalence" for row in rows)
    p = "p of equivalence" if equivalence else "p"
    effects = {_effect(row) for row in rows}
    same = effects.pop() if len(effects) == 1 else ""
    columns = {
        **_places(study, results),
        # The effect is named once if all rows have the same.
        f"{same[0].upper()}{same[1:]}" if same else "Effect": [
            _size(row) if same else f"{_effect(row)} {_size(row)}" for row in rows
        ],
        "Interval, as the claim uses it": [text.interval(row) for row in used],
        f"{p}, as the claim uses it": [_p(row) for row in used],
    }
    if any(two):
        columns["Simultaneous interval, each group on its own"] = [
            text.simultaneous_interval(row) if both else "the same" for row, both in zip(rows, two, strict=True)
        ]
        columns[f"Adjusted {p}, each group on its own"] = [
            text.p_number(row["pvalue_adjusted"]) if both else "the same" for row, both in zip(rows, two, strict=True)
        ]
    return pd.DataFrame(columns)


def endpoint_table(study: Study, planned: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """The planned result of each contrast beside that of the published test and its minimum attainable p-value.

    Both frames have one row per contrast of an endpoint, in the same order.
    """
    rows = [row for _, row in planned.iterrows()]
    others = [row for _, row in published.iterrows()]
    used = [decision_row(study.protocol, row) for row in rows]
    return pd.DataFrame(
        {
            **_places(study, planned),
            text.effects_title(study.protocol.endpoints[row["endpoint"]] for row in rows): [
                text.ratio(row) for row in used
            ],
            "Planned p": [_p(row) for row in used],
            "Published p": [text.p_number(row["pvalue"]) for row in others],
            "Minimum attainable p": [text.p_number(row["min_pvalue"]) for row in others],
        }
    )


def specifications_table(study: Study, specifications: pd.DataFrame) -> pd.DataFrame:
    """Every analysis of a claim: the contrast on which it depends, the effect, p and the result."""
    answers = {
        "claimed": "supports the claim",
        "opposite": "supports the opposite",
        "open": "inconclusive",
        "none": "not computable",
    }
    known = specifications[specifications["answer"] != "none"]
    # Analyses with a question other than the claim's are listed last, so that p-values of one kind are together.
    known = known.sort_values("question", key=lambda column: column != AS_CLAIMED, kind="stable")
    endpoint = study.protocol.endpoints[known["endpoint"].iloc[0]] if len(known) else None
    columns = {
        "Analysis": [f"{row['method']}{_set_of_analyses(row)}" for _, row in known.iterrows()],
        "Deciding contrast": [text.against(study, contrast) for contrast in known["contrast"]],
        "Effect": [text.effect(row, endpoint.unit) for _, row in known.iterrows()] if endpoint else [],
        "p": [text.p_number(p) for p in known["pvalue"]],
        "Result": [answers[answer] for answer in known["answer"]],
    }
    if (known["question"] != AS_CLAIMED).any():
        columns["Kind of p"] = [
            text.kind_of_p(study.protocol.claims[row["claim"]], row["question"]) for _, row in known.iterrows()
        ]
    return pd.DataFrame(columns)


def options_table(specifications: pd.DataFrame) -> pd.DataFrame:
    """The choices that differ between analyses, and the reason for each."""
    rows = [(text.HEADINGS[kind], name, reason) for kind, _, name, reason in text.options(specifications)]
    return pd.DataFrame(rows, columns=["Choice", "In the figure", "Reason"])


def verdicts_table(study: Study, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Verdicts with their effect, p and reason."""
    claims = study.protocol.claims
    endpoints = [study.protocol.endpoints[claims[key].endpoint] for key in verdicts["claim"]]
    return pd.DataFrame(
        {
            "Claim": [study.protocol.claims[key].sentence for key in verdicts["claim"]],
            "Verdict": verdicts["verdict"].to_numpy(),
            "By the published test": verdicts["verdict_as_published"].to_numpy(),
            "Deciding contrast": [text.against(study, row["contrast"]) for _, row in verdicts.iterrows()],
            text.effects_title(endpoints): [text.ratio(row) for _, row in verdicts.iterrows()],
            "p": [text.verdict_p(study.protocol, row) for _, row in verdicts.iterrows()],
            "Reason": verdicts["reason"].to_numpy(),
        }
    )


def _set_of_analyses(row: text.Row) -> str:
    return "" if row["analysis"] == "multiverse" else f" (as {row['analysis']})"


def _places(study: Study, results: pd.DataFrame) -> dict[str, list[str]]:
    """What was measured, if the results have several measures, what was compared, and how many values there are."""
    several = results["endpoint"].nunique() > 1
    measures = [study.protocol.endpoints[key].label for key in results["endpoint"]]
    paired = study.protocol.design == "paired"
    return {
        **({"Endpoint": measures} if several else {}),
        "Contrast": [text.against(study, contrast) for contrast in results["contrast"]],
        "n": [_sizes(study, row, paired=paired) for _, row in results.iterrows()],
    }


def _sizes(study: Study, row: text.Row, *, paired: bool) -> str:
    """The number of values in a row; a trend has more than two groups. It stays on one line in a narrow column."""
    if paired:
        return f"{row['n_treated']}\u00a0pairs"
    if not set(sides(row["contrast"])) <= set(study.protocol.groups):
        return f"{row['n_treated']}\u00a0or\u00a0more"
    return f"{row['n_treated']}\u00a0and\u00a0{row['n_control']}"


def _effect(row: text.Row) -> str:
    """The effect that a row estimates; a bound is a bound on the ratio."""
    return "geometric mean ratio" if row["effect"] == BOUND else str(row["effect"])


def _size(row: text.Row) -> str:
    """An estimate or bound, without its interval."""
    return text.ratio(row) if math.isnan(row["estimate"]) else text.number(row["estimate"])


def _p(row: text.Row) -> str:
    """The p that belongs to the interval of a row."""
    return f"{'adjusted ' if text.is_adjusted(row) else ''}{text.p_number(text.bracket_value(row))}"
