"""The sentences of the methods paragraph on how the claims of each kind were tested and decided."""

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from secretome.analysis import ANY_RANK_TEST, BOUND, RATE_RATIO, RATIO_BY_MODEL, Method
from secretome.claims import KINDS, primary_results
from secretome.cohort import Study
from secretome.protocol import CLAIM_FORMS, Claim, PerKind, sides
from secretome.report.text.numbers import Row, count, listed, lowercase_first, p_number, percent
from secretome.report.text.sentences import against

# Tests whose names begin with a person's or with a number.
NAMED_AFTER_PEOPLE = {
    Method.WELCH,
    Method.STUDENT,
    Method.DUNNETT_ALL,
    Method.TUKEY,
    Method.DUNN,
    Method.FISHER,
    Method.TOST_HAZARD_RATIO,
    Method.SLOPE,
    Method.ADJACENT_DOSES,
    Method.SLOPE_DIFFERENCE,
    Method.INTERACTION,
    Method.TOST_INTERACTION,
    Method.TOST_WELCH,
    Method.TOST_CENSORED_MODEL,
    Method.TOST_QUASI_POISSON,
    Method.TOST_PAIRED,
}
# The estimate of the effect if a rank test decides.
SIZES = {BOUND: "the values only bounded the ratio", RATIO_BY_MODEL: "a censored lognormal model gave the ratio"}


def planned_methods(study: Study, rows: pd.DataFrame) -> str:
    """The tests of planned rows and, if another test replaced the usual one, the reason."""
    within = rows["test"] == Method.VAN_ELTEREN
    ranks = rows["test"].isin(ANY_RANK_TEST) | within
    zero = pd.Series([_has_zero(study, row) for _, row in rows.iterrows()], index=rows.index, dtype=bool)
    none = (rows["effect"] == BOUND) & zero & ~ranks
    model = rows["effect"].isin([RATIO_BY_MODEL, BOUND]) & ~ranks & ~none
    counts = rows["effect"] == RATE_RATIO
    causes = {
        "": ~ranks & ~model & ~none & ~counts,
        "if a contrast contained nondetects": model | (within & ~zero),
        "if more than half of a group were nondetects, or too few values were observed to fit a model": (
            ranks & ~zero & ~within
        ),
        "if a value was zero, which has no logarithm": (ranks & zero) | counts,
    }
    parts: list[tuple[str, str]] = []
    for cause, chosen in causes.items():
        size = listed(SIZES[effect] for effect in rows.loc[chosen & ranks, "effect"].unique() if effect in SIZES)
        parts += [
            (cause, f"by {_the(row)}{f' ({size})' if size else ''}")
            for _, row in rows[chosen].drop_duplicates("method").iterrows()
        ]
    if none.any():
        parts.append(("if a value was zero, which has no logarithm", "without a test"))
    return _with_causes(parts)


def _with_causes(parts: Sequence[tuple[str, str]]) -> str:
    """The usual tests and, after them, each other test with its cause before it."""
    usual = listed(test for cause, test in parts if not cause)
    if not usual:
        return listed(f"{test} {cause}" for cause, test in parts)
    return usual + "".join(f" or, {cause}, {test}" for cause, test in parts if cause)


def planned_sentences(study: Study, results: pd.DataFrame, alpha: float) -> Iterator[str]:
    """How the claims of each kind were tested and decided."""
    for kind in KINDS:
        yield from _planned(study, results, kind, alpha)


def _planned(study: Study, results: pd.DataFrame, kind: str, alpha: float) -> Iterator[str]:
    """How the claims of one kind were tested and decided; empty if there are none."""
    claims = [claim for claim in study.protocol.claims.values() if claim.kind == kind]
    if not claims:
        return
    rows = primary_results(study, results, kind)
    yield from SENTENCES[kind](claims, planned_methods(study, rows), alpha)
    if CLAIM_FORMS[kind].has_family:
        yield from _families(study, claims, alpha)
    if lost := int(rows["pvalue"].isna().sum()):
        yield f"In this cohort {lost} of {count(len(rows), 'such contrast')} could not be computed."


def _single(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    adjusted = "the adjusted p" if any(claim.panel or len(claim.compared) > 1 for claim in claims) else "p"
    yield (
        f"A claim about one contrast was tested {methods}. It was supported if {adjusted} was at most "
        f"{alpha:g} in the claimed direction and the {percent(1 - 2 * alpha)} interval was not inside the equivalence "
        f"margins, contradicted if {adjusted} was at most {alpha:g} in the other direction, or above {alpha:g} with "
        "that interval inside the equivalence margins, and otherwise inconclusive."
    )


def _families(study: Study, claims: Sequence[Claim], alpha: float) -> Iterator[str]:
    families = [
        family for family in dict.fromkeys(claim.compared for claim in claims if not claim.panel) if len(family) > 1
    ]
    for key in dict.fromkeys(claim.panel for claim in claims if claim.panel):
        panel = study.protocol.panels[key]
        labels = listed(lowercase_first(study.protocol.endpoints[endpoint].label) for endpoint in panel.endpoints)
        how = "adjusted by Holm's procedure" if panel.adjust == "holm" else f"multiplied by {panel.size} (Bonferroni)"
        yield (
            f"All {panel.size} tests of the panel {panel.label} ({labels}) were one family: p-values were {how}, and "
            f"intervals were at {percent(1 - alpha / panel.size)}."
        )
    if not families and not all(claim.panel for claim in claims):
        yield "Each such claim had one contrast, so p-values were not adjusted."
    for family in families:
        names, k = listed(against(study, contrast) for contrast in family), len(family)
        yield (
            f"Within an endpoint, the contrasts {names} were one family: p-values were multiplied by {k} (Bonferroni), "
            f"and intervals were at {percent(1 - alpha / k)}."
        )


def _every(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    number, levels = _number(claims), _levels(claims, alpha)
    stricter = _either(p_number(alpha / len(claim.compared)) for claim in claims)
    yield (
        f"A claim that every group differs was an intersection-union test over {number} contrasts, each tested "
        f"{methods}, at {alpha:g} without adjustment. It was supported if every contrast was significant in "
        f"the claimed direction and none negligible, contradicted if one contrast, tested at {stricter}, was "
        "significant in the other direction, or negligible and not significant, and otherwise inconclusive."
    )
    yield (
        f"Each contrast is reported with its p and {percent(1 - alpha)} interval, which the claim uses, and, for each "
        f"group alone, with its p multiplied by {number} and a simultaneous interval at {levels}."
    )
    for claim in claims:
        if not claim.negligible:
            yield f"For one claim ({in_quotes(claim.sentence)}) an effect inside the equivalence margins counted too."


def _unchanged(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    yield (
        f"A claim that nothing changes was a test of equivalence in each of {_number(claims)} contrasts, {methods}. It "
        f"was supported if every {percent(1 - 2 * alpha)} interval lay inside the equivalence margins, "
        f"contradicted if an interval at {_levels(claims, alpha)} lay entirely outside, and otherwise inconclusive."
    )


def _trend(claims: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    doses, levels = (
        _either(len(claim.doses) for claim in claims),
        _either(percent(1 - alpha / len(claim.adjacent)) for claim in claims),
    )
    yield (
        f"A claim of a dependence on the dose was tested {methods}, over {doses} doses without the control. It was "
        f"supported if p was at most {alpha:g} in the claimed direction and no contrast of neighbouring doses showed a "
        f"change in the opposite direction (intervals at {levels}), contradicted if p was at most {alpha:g} in the "
        "other direction, and otherwise inconclusive."
    )


def _interaction(_: Sequence[Claim], methods: str, alpha: float) -> Iterator[str]:
    yield (
        "A claim that one effect was higher or lower than another was tested by the ratio of the two ratios, or the "
        f"difference of the two differences, {methods}. One effect that was significant and another that was not would "
        f"not answer this question. It was supported if p was at most {alpha:g} in the claimed direction and the "
        f"{percent(1 - 2 * alpha)} interval was not inside the equivalence margins, contradicted if p was at most "
        f"{alpha:g} in the other direction, or above {alpha:g} with that interval inside the equivalence margins, and "
        "otherwise inconclusive."
    )


SENTENCES = PerKind(
    "sentences",
    "secretome.report.text.claim_methods.SENTENCES",
    {"single": _single, "every": _every, "unchanged": _unchanged, "trend": _trend, "interaction": _interaction},
)


def _number(claims: Iterable[Claim]) -> str:
    return _either(len(claim.compared) for claim in claims)


def _levels(claims: Iterable[Claim], alpha: float) -> str:
    return _either(percent(1 - alpha / len(claim.compared)) for claim in claims)


def _either(values: Iterable[object]) -> str:
    """What several claims share, once; what they do not, side by side."""
    return " or ".join(dict.fromkeys(map(str, values)))


def in_quotes(sentence: str) -> str:
    """A sentence of the protocol, in quotation marks."""
    return f'"{sentence.rstrip(".")}"'


def methods_of(rows: pd.DataFrame) -> str:
    """The tests of some results, one after another."""
    return listed(_the(row) for _, row in rows.drop_duplicates("method").iterrows())


def _the(row: Row) -> str:
    """The method of a row after "by"; a test named after a person has no article."""
    return row["method"] if row["test"] in NAMED_AFTER_PEOPLE else f"the {row['method']}"


def _has_zero(study: Study, row: Row) -> bool:
    values = study.cohort.values
    groups = sides(row["contrast"]) if " vs " in row["contrast"] else ()
    return bool(((values["endpoint"] == row["endpoint"]) & values["group"].isin(groups) & (values["upper"] == 0)).any())
