"""Sentences about the conditions in `secretome.claims.conditions`, under which the error rate may not be held."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from secretome.claims.conditions import (
    COLUMN_OF,
    CONFOUNDED,
    PARTLY_CROSSED,
    UNLABELLED,
    WARNINGS,
    WITHIN_GROUPS,
    Condition,
    ConditionCode,
)
from secretome.cohort import Study
from secretome.report.text.effects import effect_words
from secretome.report.text.numbers import count, interval, listed, lowercase_first, number, p_value

PLURALS = {"cage": "cages", "batch": "batches", "plate": "plates"}
# The largest number of comparisons that are shown.
SHOWN = 4
SKEWED = "One group is at least three times as large as the other, and {} are skewed."
STATEMENTS = {
    ConditionCode.UNEQUAL_LOSSES: "The proportions of missing values are unequal.",
    ConditionCode.CENSORED_UNEQUAL_SPREAD: (
        "Most values of a group lie beyond a limit of the assay, and the spreads of the groups seem to differ or "
        "cannot be compared."
    ),
    ConditionCode.UNEQUAL_N_SKEWED: SKEWED.format("the logarithms of its values"),
    ConditionCode.UNEQUAL_N_SKEWED_BASELINE: (
        "One group is at least twice as large as the other, and its values, adjusted for the baseline, are skewed."
    ),
    ConditionCode.SKEWED_CHANGES: "The changes within pairs are skewed.",
    ConditionCode.PANEL_UNEQUAL_GROUPS: "In a panel, two groups differ much in size, or the smaller one varies more.",
    ConditionCode.RANKS_SMALL_GROUP_SPREAD: (
        "A rank test decides, and the smaller of two groups varies more than the larger."
    ),
}
NOT_HELD = "a false claim may then be supported more often than the error rate allows"


class ConditionText(NamedTuple):
    """The text of a condition: its code, a statement, and the comparisons in which it occurs."""

    code: ConditionCode
    statement: str
    details: str


def condition_sentences(study: Study, found: Iterable[Condition], *, warnings: bool) -> list[ConditionText]:
    """The meaning of each condition of a cohort, and the comparisons in which it occurs.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    found : iterable of Condition
        What `secretome.claims.conditions.conditions` returned for it.
    warnings : bool
        Whether to return the conditions under which the error rate is not held, or the others.

    Returns
    -------
    list of ConditionText
        One for each code, in the order of `found`.
    """
    by_code: dict[ConditionCode, list[Condition]] = {}
    for condition in found:
        if (condition.code in WARNINGS) == warnings:
            by_code.setdefault(condition.code, []).append(condition)
    return [ConditionText(code, *_texts(study, code, several)) for code, several in by_code.items()]


def batch_warnings(cohorts: Sequence[Sequence[Condition]]) -> list[str]:
    """How many cohorts of a batch have conditions under which the error rate may not be held; empty if none has.

    Examples
    --------
    >>> condition = Condition(ConditionCode.PLATE_CONFOUNDED, "il6", ("t1", "control"))
    >>> for sentence in batch_warnings([[condition], []]):
    ...     print(sentence)
    Warning: the error rate may not be held in 1 of 2 cohorts. The reports of these cohorts give details.
    In 1 cohort: Plate cannot be separated from treatment.
    """
    codes = [{condition.code for condition in found} & WARNINGS for found in cohorts]
    warned = sum(map(bool, codes))
    if not warned:
        return []
    counts = Counter(code for codes_of_cohort in codes for code in codes_of_cohort)
    ordered = sorted(counts, key=lambda code: (-counts[code], list(ConditionCode).index(code)))
    return [
        f"Warning: the error rate may not be held in {warned} of {count(len(cohorts), 'cohort')}. The reports of these "
        "cohorts give details.",
        *(f"In {count(counts[code], 'cohort')}: {_statement(code)}" for code in ordered),
    ]


def _statement(code: ConditionCode) -> str:
    """The general statement of a condition under which the error rate may not be held."""
    column = COLUMN_OF.get(code, "")
    if code in CONFOUNDED.values():
        return f"{column.capitalize()} cannot be separated from treatment."
    if code in WITHIN_GROUPS.values():
        return f"Animals of one {column} are not independent, but the planned tests count every animal."
    return STATEMENTS[code]


def untestable_reason(found: Sequence[Condition]) -> str:
    """The consequence of the conditions for the verdicts of a new cohort; empty if there are none.

    Examples
    --------
    >>> untestable_reason([Condition(ConditionCode.PLATE_CONFOUNDED, "il6", ("t1", "control"))])
    'The cohort is new to the claims, but it cannot test them alone: plate cannot be separated from treatment.'
    """
    codes = {condition.code for condition in found}
    columns = [column for column, code in CONFOUNDED.items() if code in codes]
    if columns:
        return (
            f"The cohort is new to the claims, but it cannot test them alone: {listed(columns)} cannot be separated "
            "from treatment."
        )
    if codes & WARNINGS:
        return "The cohort is new to the claims, but under its conditions the error rate of the verdicts is not held."
    return ""


def _texts(study: Study, code: ConditionCode, found: Sequence[Condition]) -> tuple[str, str]:
    column = COLUMN_OF.get(code, "")
    if code in CONFOUNDED.values():
        return (
            _statement(code),
            f"No {column} contains both groups, and one of the groups has only one or two {PLURALS[column]}: "
            f"{_comparisons(study, found, _clusters(column))}. A difference between these groups may be a difference "
            f"between {PLURALS[column]}, and {NOT_HELD}.",
        )
    if code in WITHIN_GROUPS.values():
        tested = [condition for condition in found if not math.isnan(condition.pvalue)]
        means = _shortened([_by_means(study, condition, column) for condition in tested])
        counted = _comparisons(study, found, _clusters(column))
        return (
            _statement(code),
            f"If animals of one {column} are more alike than others, {NOT_HELD}. "
            + (f"With one mean for each {column}: {means}." if means else f"The comparisons are {counted}."),
        )
    return OTHERS[code](study, found, column)


def _unequal_losses(study: Study, found: Sequence[Condition], _: str) -> tuple[str, str]:
    lost = _comparisons(
        study, found, lambda facts, side: f"{facts[f'lost_{side}']:g} of {facts[f'animals_{side}']:g} without a value"
    )
    return (
        _statement(ConditionCode.UNEQUAL_LOSSES),
        f"{lost[0].upper()}{lost[1:]}. If the animals without a value differ from the others, this alone can make the "
        f"groups differ, and {NOT_HELD}.",
    )


def _censored_unequal_spread(study: Study, found: Sequence[Condition], _: str) -> tuple[str, str]:
    beyond = _comparisons(study, found, lambda facts, side: f"{facts[f'censored_{side}']:g} of {facts[f'n_{side}']:g}")
    ratios = [condition.facts["spread_ratio"] for condition in found if "spread_ratio" in condition.facts]
    size = f"; the larger log-SD is up to {number(max(ratios))} times the smaller" if ratios else ""
    return (
        _statement(ConditionCode.CENSORED_UNEQUAL_SPREAD),
        f"Beyond a limit: {beyond}{size}. The rank test that decides here is also sensitive to a difference in "
        f"spread, and {NOT_HELD}.",
    )


def _unequal_n_skewed(study: Study, found: Sequence[Condition], _: str) -> tuple[str, str]:
    sizes = _comparisons(study, found, _size)
    largest = max((condition.facts["skewness"] for condition in found), key=abs)
    scales = {study.protocol.endpoints[condition.endpoint].equivalence_margin.scale for condition in found}
    normal = {"log": "logarithms", "linear": "values"}
    values = " or ".join(word for scale, word in normal.items() if scale in scales)
    skewed = {"log": "the logarithms of its values", "linear": "its values"}
    return (
        SKEWED.format(" or ".join(skewed[scale] for scale in normal if scale in scales)),
        f"{sizes[0].upper()}{sizes[1:]}; skewness up to {number(largest)}. Welch's t test needs groups of similar "
        f"size or {values} that are close to normal, and {NOT_HELD}.",
    )


def _size(facts: dict[str, float], side: str) -> str:
    return f"n = {facts[f'n_{side}']:g}"


def _skewness(facts: dict[str, float]) -> str:
    return f"skewness {number(facts['skewness'])}, beyond ±{number(facts['skewness_limit'])}"


def _spread(facts: dict[str, float], where: str = "") -> str:
    ratio = facts.get("spread_ratio")
    return "" if ratio is None else f"spread of the smaller group {number(ratio)} times that of the larger{where}"


def _of_design(
    needs: str,
    advice: str,
    of_both: Callable[[dict[str, float]], str],
    of_side: Callable[[dict[str, float], str], str] | None = _size,
) -> Callable[[Study, Sequence[Condition], str], tuple[str, str]]:
    """The sentences of a condition in which the planned test of a design does not hold the error rate."""

    def sentences(study: Study, found: Sequence[Condition], _: str) -> tuple[str, str]:
        compared = _comparisons(study, found, of_side, of_both)
        return _statement(found[0].code), f"{compared[0].upper()}{compared[1:]}. {needs}, and {NOT_HELD}. {advice}"

    return sentences


OF_DESIGNS = {
    ConditionCode.UNEQUAL_N_SKEWED_BASELINE: _of_design(
        "Analysis of covariance needs groups of similar size or deviations that are close to normal",
        "The exact Mann-Whitney test of the sensitivity analysis holds the error rate if the values of both groups are "
        "distributed alike; it does not use the baseline.",
        _skewness,
    ),
    ConditionCode.SKEWED_CHANGES: _of_design(
        "The paired t test needs changes that are close to normal",
        "Check the pairs whose changes are far from the others. The signed-rank test and the sign test of the "
        "sensitivity analysis show whether most pairs change, not how large the mean change is; more pairs are needed "
        "to decide that.",
        lambda facts: f"{facts['n']:g} pairs, {_skewness(facts)}",
        of_side=None,
    ),
    ConditionCode.PANEL_UNEQUAL_GROUPS: _of_design(
        "The tests of a panel have so small an error rate each that Welch's t test needs groups of similar size and "
        "spread",
        "Rank tests do not help. With four or more animals in each group, at most 3 % of simulated cohorts supported a "
        "false claim with an adjusted p of 0.01 or less.",
        lambda facts: _spread(facts, " over the endpoints of the panel"),
    ),
    ConditionCode.RANKS_SMALL_GROUP_SPREAD: _of_design(
        "The rank test is also sensitive to a difference in spread if the groups differ in size",
        "Welch's t test of the sensitivity analysis allows for unequal spreads; it replaces a nondetect by a share of "
        "the limit.",
        _spread,
    ),
}


def _cages_shared(study: Study, found: Sequence[Condition], _: str) -> tuple[str, str]:
    return (
        "Some cage labels occur in both groups and are treated as shared cages.",
        f"Shared: {_comparisons(study, found, None, _shared('cage'))}. If they are different cages, give them "
        "different labels, such as control-1 and t1-1.",
    )


def _partly_crossed(study: Study, found: Sequence[Condition], column: str) -> tuple[str, str]:
    return (
        f"Only some {PLURALS[column]} contain both groups.",
        f"Only these {PLURALS[column]} allow a comparison within a {column}: "
        f"{_comparisons(study, found, None, _shared(column))}.",
    )


def _unlabelled(study: Study, found: Sequence[Condition], column: str) -> tuple[str, str]:
    absent = _comparisons(study, found, None, lambda facts: f"{facts['unlabelled']:g} without a {column}")
    return f"The file states no {column} for some animals.", f"Analyses by {column} leave them out: {absent}."


OTHERS: dict[ConditionCode, Callable[[Study, Sequence[Condition], str], tuple[str, str]]] = {
    ConditionCode.UNEQUAL_LOSSES: _unequal_losses,
    ConditionCode.CENSORED_UNEQUAL_SPREAD: _censored_unequal_spread,
    ConditionCode.UNEQUAL_N_SKEWED: _unequal_n_skewed,
    **OF_DESIGNS,
    ConditionCode.CAGES_SHARED: _cages_shared,
    **dict.fromkeys(PARTLY_CROSSED.values(), _partly_crossed),
    **dict.fromkeys(UNLABELLED.values(), _unlabelled),
}


def _comparisons(
    study: Study,
    found: Sequence[Condition],
    of_side: Callable[[dict[str, float], str], str] | None,
    of_both: Callable[[dict[str, float]], str] | None = None,
) -> str:
    """The comparisons, with the text for each group or for both; the same text in several endpoints is given once."""
    endpoints: dict[str, list[str]] = {}
    for condition in found:
        treated, control = condition.groups
        names = [_label(study, group) for group in (treated, control)]
        if of_side is not None:
            names = [
                f"{name} ({of_side(condition.facts, side)})"
                for name, side in zip(names, ("treated", "control"), strict=True)
            ]
        about = of_both(condition.facts) if of_both else ""
        text = f"{names[0]} against {names[1]}" + (f", {about}" if about else "")
        endpoints.setdefault(text, []).append(lowercase_first(study.protocol.endpoints[condition.endpoint].label))
    return _shortened([f"{text} ({listed(labels)})" for text, labels in endpoints.items()])


def _shortened(texts: Sequence[str]) -> str:
    """The first texts, and the number of further ones."""
    more = len(texts) - SHOWN
    return "; ".join(texts[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _shared(column: str) -> Callable[[dict[str, float]], str]:
    return lambda facts: f"{_number_of(facts['shared'], column)} with {facts['animals_shared']:g} animals"


def _clusters(column: str) -> Callable[[dict[str, float], str], str]:
    return lambda facts, side: _number_of(facts[f"n_{side}"], column)


def _by_means(study: Study, condition: Condition, column: str) -> str:
    """The result of a comparison by one mean for each cluster."""
    treated, control = (_label(study, group) for group in condition.groups)
    label = study.protocol.endpoints[condition.endpoint].label
    n = f"n = {condition.facts['n_treated']:g} and {_number_of(condition.facts['n_control'], column)}"
    words = effect_words(study.protocol.endpoints[condition.endpoint])
    size = f"{words.short} {number(condition.estimate)}{words.unit}, {interval(vars(condition))}"
    adjusted = "adjusted " if condition.adjusted else ""
    return f"{lowercase_first(label)}, {treated} against {control}: {size}, {adjusted}{p_value(condition.pvalue)}, {n}"


def _label(study: Study, group: str) -> str:
    about = study.protocol.groups[group]
    # The name of a drug is not changed to lower case.
    return about.label if about.role == "reference" else lowercase_first(about.label)


def _number_of(n: float, column: str) -> str:
    return f"{n:g} {column if n == 1 else PLURALS[column]}"
