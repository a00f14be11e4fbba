"""The choices in an analysis: the name of each in a figure, and the reason for it."""

from collections.abc import Iterator, Mapping

import pandas as pd

from secretome.analysis.clusters import block_method, equivalence_method, means_method
from secretome.analysis.samples import CLUSTER_COLUMNS
from secretome.claims import ADJUSTED, AS_CLAIMED, DIFFERENCE, TOGETHER
from secretome.cohort import Study
from secretome.protocol import Claim, sides
from secretome.report.text.numbers import p_value


def _cluster_options() -> Iterator[tuple[str, tuple[str, str]]]:
    """The tests that take account of cages, batches and plates, in the form of `OPTIONS`."""
    for column in CLUSTER_COLUMNS:
        for method, name, reason in (
            (
                means_method(column),
                f"{column} means, Welch",
                f"one value per {column}, because animals of one {column} are not independent",
            ),
            (
                block_method(column),
                f"{column} as a block",
                f"compares animals within a {column}, so that differences between them cancel",
            ),
        ):
            yield method.removesuffix(" on logs"), (name, reason)
            yield (
                equivalence_method(method).removesuffix(" on logs"),
                (f"two tests, {name}", f"the same for equivalence: {reason}"),
            )


# Choice, its name in a figure, and the reason.
OPTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "test": {
        "Welch's t test": ("Welch's t", "allows unequal spreads; treated animals and controls often vary differently"),
        "Student's t test": ("Student's t", "assumes equal spreads"),
        "t test with the spread of the whole family": (
            "t, spread of the family",
            "uses the spread of all groups, which is more precise in small groups",
        ),
        "Dunnett's test": ("Dunnett", "for several groups and one control; assumes equal spreads"),
        "Dunnett's test, the spread of all groups": (
            "Dunnett, all groups",
            "the same, with the groups that the claim is not about",
        ),
        "permutation test of means": (
            "permutation of means",
            "assumes no distribution; tests whether the groups have the same distribution",
        ),
        "censored lognormal model": ("censored model", "uses only that a value is below the limit"),
        "quasi-Poisson model": ("quasi-Poisson", "the plaques themselves; a zero is a count like any other"),
        "negative binomial model": (
            "negative binomial",
            "the same with a variance that grows faster; rejects too often in small groups",
        ),
        "beta-binomial model": ("beta-binomial", "the cells themselves, of those looked at"),
        "exact Mann-Whitney test": ("Mann-Whitney, exact", "the authors' test, counted with ties"),
        "asymptotic Mann-Whitney test": (
            "Mann-Whitney, asymptotic",
            "the authors' test, for so many values that they are not counted",
        ),
        "mid-p Mann-Whitney test": ("Mann-Whitney, mid-p", "less conservative than the exact test with ties"),
        "Brunner-Munzel permutation test": ("Brunner-Munzel", "ranks, and spreads may differ"),
        "exact Mann-Whitney test, the dead ranked lowest": (
            "Mann-Whitney, dead lowest",
            "ranks death as the worst value, so that no animal is left out",
        ),
        "exact Mann-Whitney test, the dead ranked highest": (
            "Mann-Whitney, dead highest",
            "ranks death as the worst value, so that no animal is left out",
        ),
        "Welch's t test of the slope": ("slope, Welch", "each dose keeps its own spread"),
        "t test of the slope with the spread of all doses": (
            "slope, one spread",
            "assumes equal spreads of all doses, which is more precise in small groups",
        ),
        "straight-line regression": (
            "regression line",
            "the test of a spreadsheet's trend line; the residuals about the line are the error",
        ),
        "exact Jonckheere-Terpstra test": ("Jonckheere, exact", "ranks in the order of the doses, counted with ties"),
        "mid-p Jonckheere-Terpstra test": ("Jonckheere, mid-p", "less conservative than the exact test with ties"),
        "permutation test of Spearman's correlation": (
            "Spearman, permuted",
            "a correlation over animals, its p by permutation because the doses are tied",
        ),
        "two one-sided Welch t tests": (
            "two Welch t tests",
            "the 90 % interval inside the equivalence margins, each group with its own spread",
        ),
        "two one-sided Student's t tests": ("two Student t tests", "the same with one spread for both groups"),
        "two one-sided t tests with the spread of the whole family": (
            "two t tests, family spread",
            "the same with the spread of all groups",
        ),
        "two one-sided exact rank tests": ("two exact rank tests", "the same without a distribution"),
        "two one-sided tests by the censored lognormal model": (
            "two tests by the model",
            "the same where values lie beyond a limit",
        ),
        "two one-sided tests by the beta-binomial model": (
            "two tests by cells",
            "the cells themselves, of those looked at",
        ),
        "two one-sided t tests": ("two t tests", "the 90 % interval inside the equivalence margins"),
        "exact Wilcoxon signed-rank test": ("signed-rank, exact", "the authors' test, counted with ties and zeros"),
        "paired t test": ("paired t", "uses the size of each difference"),
        "exact sign test": ("sign test", "uses only the sign of each difference"),
        "sign flips": ("sign flips", "assumes only that a change and its opposite are equally likely"),
        **dict(_cluster_options()),
    },
    "scale": {
        "logs": ("logarithms", "effects multiply, and spread grows with the mean"),
        "plain": ("plain values", "as measured"),
        "counts": ("what was counted", "plaques or cells, without scaling"),
        "ranks": ("ranks", "only the order, which is the same on any scale"),
        "ranks of logs": ("ranks of ratios", "ranks after the values were compared as ratios"),
    },
    "dose": {
        "log dose": ("log dose", "equal ratios of doses are equal steps"),
        "dose": ("dose", "equal differences of doses are equal steps"),
        "rank of the dose": ("low, middle, high", "only the order of the doses"),
    },
    "adjustment": {
        "no adjustment": ("none", "each group on its own; sufficient if all must be significant"),
        "each at half the error": ("half the error", "the usual 95 % interval"),
        "Bonferroni": ("Bonferroni", "simple, with matching intervals"),
        "Holm": ("Holm", "never stricter than Bonferroni; no intervals"),
        "Dunnett's own": ("Dunnett's own", "takes account of the shared control"),
    },
    "hidden": {
        "as hidden": ("as hidden", "known only to be beyond the limit"),
        "half the limit": ("half the limit", "a common substitution"),
        "the limit over √2": ("limit / √2", "another common substitution"),
        "the limit": ("the limit itself", "the limit in place of the value"),
    },
}
HEADINGS = {
    "test": "Test",
    "scale": "Scale",
    "dose": "Doses as",
    "adjustment": "Adjustment",
    "hidden": "Beyond a limit",
}


def options(specifications: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    """The choices that differ between these analyses: the kind, the choice, its name in a figure, and its reason."""
    for kind, known in OPTIONS.items():
        made = set(specifications[kind])
        if len(made - {""}) > 1:
            yield from ((kind, option, *texts) for option, texts in known.items() if option in made)


def kind_of_p(claim: Claim, question: str) -> str:
    """The kind of p values in a specification curve, by the question of its analyses (see `specifications`).

    >>> from secretome import load_study
    >>> claims = load_study("humoral_immunity").protocol.claims
    >>> kind_of_p(claims["titre_rises"], "claim"), kind_of_p(claims["afc_dose_im"], "claim")
    ('largest p, not adjusted', 'p')
    """
    if question == ADJUSTED:
        return "largest adjusted p"
    if question == DIFFERENCE:
        return "smallest adjusted p of a difference"
    return {"every": "largest p, not adjusted", "unchanged": "largest p of equivalence"}.get(claim.kind, "p")


def specification_sentence(claim: Claim, specifications: pd.DataFrame) -> str:
    """The number of other analyses of a claim that agree with the planned one, and results for other questions."""
    asked = specifications[specifications["question"] == AS_CLAIMED]
    planned = asked[asked["analysis"] == "planned"]
    others = asked[(asked["analysis"] != "planned") & (asked["answer"] != "none")]
    if planned.empty or planned["answer"].iloc[0] == "none":
        return f"{claim.sentence} The planned analysis cannot be computed, so no comparison is possible."
    found = {"claimed": "supports the claim", "open": "is inconclusive", "opposite": "supports the opposite"}
    own = planned["answer"].iloc[0]
    lost = int((asked["answer"] == "none").sum())
    rest = f"; {lost} cannot be computed" if lost else ""
    counts = _counts(others, own, {own: "agree"}) or "none can be computed"
    text = f"{claim.sentence} The planned analysis {found[own]}. Of {len(others)} others, {counts}{rest}."
    return " ".join([text, *_other_questions(specifications)])


def _counts(rows: pd.DataFrame, first: str, names: Mapping[str, str]) -> str:
    """How many analyses give each answer."""
    answers = {"claimed": "support the claim", "open": "are inconclusive", "opposite": "support the opposite"} | dict(
        names
    )
    order = [first, *(answer for answer in answers if answer != first)]
    return ", ".join(f"{n} {answers[answer]}" for answer in order if (n := int((rows["answer"] == answer).sum())))


def _other_questions(specifications: pd.DataFrame) -> Iterator[str]:
    """Sentences about the analyses whose p values answer a question other than the claim."""
    known = specifications[specifications["answer"] != "none"]
    adjusted, difference = (known[known["question"] == question] for question in (ADJUSTED, DIFFERENCE))
    if len(adjusted):
        yield (
            "With p values adjusted for the number of groups, which the claim does not need: "
            f"{_counts(adjusted, 'claimed', {})}."
        )
    if len(difference):
        names = {"opposite": "find a difference in some group", "open": "find none"}
        yield (
            f"Tests of a difference cannot show that nothing changes; of {len(difference)}, "
            f"{_counts(difference, 'opposite', names)}."
        )


def specification_alt(study: Study, claim: Claim, specifications: pd.DataFrame) -> str:
    """Alternative text of a specification curve, whose analyses all answer the same question."""
    known = specifications[specifications["pvalue"].notna()].reset_index(drop=True)
    if known.empty:
        return f"No figure: no analysis can be computed. {claim.sentence}"
    made_up = f"Simulated {study.protocol.units}. " if study.cohort.origin == "simulated" else ""
    places = [
        f"the {row['analysis']} one is number {place + 1} with {p_value(row['pvalue'])}"
        for place, (_, row) in enumerate(known.iterrows())
        if row["analysis"] != "multiverse"
    ]
    kind = kind_of_p(claim, known["question"].iloc[0])
    named = f" ({kind})" if kind != "p" else ""
    text = (
        f"{made_up}{len(known)} analyses in a row, from the smallest p to the largest{named}: "
        f"{p_value(known['pvalue'].min())} to {p_value(known['pvalue'].max())}; {'; '.join(places)}. The marks below "
        "each analysis show its choices."
    )
    if claim.kind in TOGETHER:
        groups = known["contrast"].map(lambda contrast: study.protocol.groups[sides(contrast)[0]].label).value_counts()
        text += f" The p is that of {', '.join(f'{group} in {n}' for group, n in groups.items())}."
    return (
        f"{text} {specification_sentence(claim, specifications)}" if known["question"].iloc[0] == AS_CLAIMED else text
    )
