"""The parts of a specification: the name of each choice in a figure, and the reason for it."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import pandas as pd

from secretome.analysis import Adjustment, Dose, Method, Nondetects, Scale
from secretome.analysis.samples import CLUSTER_COLUMNS
from secretome.claims import ADJUSTED, AS_CLAIMED, DIFFERENCE
from secretome.cohort import Study
from secretome.protocol import Claim, sides
from secretome.report.text.numbers import p_value


def _cluster_tests() -> Iterator[tuple[Method, tuple[str, str]]]:
    """The tests that take account of cages, batches and plates, in the form of `OPTIONS`."""
    for column in CLUSTER_COLUMNS:
        for code, name, reason in (
            (
                "means_welch",
                f"{column} means, Welch",
                f"one value per {column}, because animals of one {column} are not independent",
            ),
            (
                "block",
                f"{column} as a block",
                f"compares animals within a {column}, so that differences between them cancel",
            ),
        ):
            yield Method(f"{column}_{code}"), (name, reason)
            yield Method(f"tost_{column}_{code}"), (f"two tests, {name}", f"the same for equivalence: {reason}")


# Choice, its name in a figure, and the reason.
OPTIONS: dict[str, dict[StrEnum, tuple[str, str]]] = {
    "test": {
        Method.WELCH: ("Welch's t", "allows unequal variances; treated animals and controls often vary differently"),
        Method.STUDENT: ("Student's t", "assumes equal variances"),
        Method.FAMILY_SPREAD: (
            "t, variance of the family",
            "uses the variance of all groups, which is more precise in small groups",
        ),
        Method.DUNNETT: ("Dunnett", "for several groups and one control; assumes equal variances"),
        Method.DUNNETT_ALL: (
            "Dunnett, all groups",
            "the same, with the groups that the claim is not about",
        ),
        Method.TUKEY: ("Tukey, all groups", "for all pairs of groups; assumes equal variances"),
        Method.DUNN: ("Dunn, all groups", "the ranks among all groups, adjusted for the comparisons with the control"),
        Method.PERMUTATION: (
            "permutation of means",
            "assumes no distribution; tests whether the groups have the same distribution",
        ),
        Method.CENSORED_MODEL: ("censored model", "uses only that a nondetect is below or above its limit"),
        Method.QUASI_POISSON: ("quasi-Poisson", "uses the plaque counts; a zero is a count like any other"),
        Method.NEGATIVE_BINOMIAL: (
            "negative binomial",
            "the same with a variance that grows faster; rejects too often in small groups",
        ),
        Method.BETA_BINOMIAL: ("beta-binomial", "uses the numbers of positive and counted cells"),
        Method.MANN_WHITNEY: ("Mann-Whitney, exact", "ranks, exact with ties"),
        Method.MANN_WHITNEY_ASYMPTOTIC: (
            "Mann-Whitney, asymptotic",
            "ranks, for too many values to count the permutations",
        ),
        Method.MANN_WHITNEY_MIDP: ("Mann-Whitney, mid-p", "less conservative than the exact test with ties"),
        Method.BRUNNER_MUNZEL: ("Brunner-Munzel", "ranks; allows unequal variances"),
        Method.MANN_WHITNEY_DEAD_LOWEST: (
            "Mann-Whitney, dead lowest",
            "ranks death as the worst value, so that no animal is excluded",
        ),
        Method.MANN_WHITNEY_DEAD_HIGHEST: (
            "Mann-Whitney, dead highest",
            "ranks death as the worst value, so that no animal is excluded",
        ),
        Method.SLOPE: ("slope, Welch", "allows unequal variances of the doses"),
        Method.SLOPE_POOLED: (
            "slope, pooled variance",
            "assumes equal variances of all doses, which is more precise in small groups",
        ),
        Method.REGRESSION: (
            "regression line",
            "the test of a spreadsheet's trend line; the residuals about the line are the error",
        ),
        Method.JONCKHEERE: ("Jonckheere, exact", "ranks in the order of the doses, exact with ties"),
        Method.JONCKHEERE_MIDP: ("Jonckheere, mid-p", "less conservative than the exact test with ties"),
        Method.SPEARMAN: (
            "Spearman, permuted",
            "a correlation over animals, its p by permutation because the doses are tied",
        ),
        Method.TOST_WELCH: (
            "two Welch t tests",
            "the 90 % interval inside the equivalence margins, with unequal variances",
        ),
        Method.TOST_STUDENT: ("two Student t tests", "the same with equal variances"),
        Method.TOST_FAMILY_SPREAD: (
            "two t tests, family variance",
            "the same with the variance of all groups",
        ),
        Method.TOST_RANK: ("two exact rank tests", "the same without an assumed distribution"),
        Method.TOST_CENSORED_MODEL: (
            "two tests by the model",
            "the same with nondetects",
        ),
        Method.TOST_BETA_BINOMIAL: (
            "two tests by cells",
            "uses the numbers of positive and counted cells",
        ),
        Method.TOST_PAIRED: ("two t tests", "the 90 % interval inside the equivalence margins"),
        Method.LOGRANK: ("log-rank, permuted", "counts the permutations of the animals, with their ties"),
        Method.LOGRANK_MIDP: ("log-rank, mid-p", "less conservative than the exact test with ties"),
        Method.LOGRANK_ASYMPTOTIC: ("log-rank, chi-square", "the approximation of most programs, for many deaths"),
        Method.COX: ("Cox's model", "a likelihood ratio test of the hazard ratio; assumes that it is constant"),
        Method.RESTRICTED_MEAN: ("restricted mean", "the area between the curves; needs no constant hazard ratio"),
        Method.FISHER: ("Fisher, at the end", "uses only who was alive at the end, not when the others died"),
        Method.CHI_SQUARE: ("chi-square, at the end", "the approximation of Fisher's test, for many animals"),
        Method.TOST_HAZARD_RATIO: ("two tests of the hazard ratio", "the 90 % interval inside the equivalence margins"),
        Method.SIGNED_RANK: ("signed-rank, exact", "ranks, exact with ties and zeros"),
        Method.PAIRED: ("paired t", "uses the size of each difference"),
        Method.SIGN: ("sign test", "uses only the sign of each difference"),
        Method.SIGN_FLIPS: ("sign flips", "assumes only that a change and its opposite are equally likely"),
        Method.INTERACTION: ("interaction, Welch", "allows unequal variances of the four groups"),
        Method.INTERACTION_POOLED: (
            "interaction, one variance",
            "the test of an analysis of variance; assumes equal variances",
        ),
        Method.EFFECT: ("one effect, Welch", "one of the two effects that are compared"),
        Method.TOST_INTERACTION: ("two tests, interaction", "the 90 % interval inside the equivalence margins"),
        Method.BLOCK: ("blocks, Welch", "compares animals within a block; allows unequal variances"),
        Method.BLOCK_POOLED: ("blocks, one variance", "the same, as most programs do it; assumes equal variances"),
        Method.VAN_ELTEREN: ("van Elteren, exact", "ranks within blocks, exact with ties"),
        Method.TOST_BLOCK: ("two tests, blocks", "the 90 % interval within blocks inside the equivalence margins"),
        Method.ANCOVA: ("covariance, Welch", "adjusts for the value before the treatment; allows unequal variances"),
        Method.ANCOVA_POOLED: (
            "covariance, one variance",
            "the same, as most programs do it; assumes equal variances",
        ),
        Method.CHANGE: ("changes, Welch", "compares the changes from baseline, as if the slope on it were 1"),
        Method.TOST_ANCOVA: ("two tests, covariance", "the adjusted 90 % interval inside the equivalence margins"),
        **dict(_cluster_tests()),
    },
    "scale": {
        Scale.LOG: ("logarithms", "effects are ratios, and the standard deviation grows with the mean"),
        Scale.LINEAR: ("linear", "as measured"),
        Scale.TIME: ("times", "times of death, and of the last observation of the others"),
        Scale.COUNT: ("counts", "plaques or cells, without scaling"),
        Scale.RANK: ("ranks", "only the order, which is the same on any scale"),
        Scale.LOG_RANK: ("ranks of ratios", "ranks of the values as ratios"),
    },
    "dose": {
        Dose.LOG: ("log dose", "equal ratios of doses have equal distances"),
        Dose.LINEAR: ("dose", "equal differences of doses have equal distances"),
        Dose.RANK: ("low, middle, high", "only the order of the doses"),
    },
    "adjustment": {
        Adjustment.NONE: ("none", "each group separately; sufficient if all must be significant"),
        Adjustment.HALF_ERROR: ("half the error", "the usual 95 % interval"),
        Adjustment.BONFERRONI: ("Bonferroni", "simple, with matching intervals"),
        Adjustment.HOLM: ("Holm", "at least as powerful as Bonferroni; no intervals"),
        Adjustment.DUNNETT: ("Dunnett", "takes account of the shared control"),
        Adjustment.TUKEY: ("Tukey", "takes account of all pairs of groups"),
    },
    "nondetects": {
        Nondetects.CENSORED: ("censored", "known only to be below or above the limit"),
        Nondetects.HALF_LIMIT: ("half the limit", "a common substitution"),
        Nondetects.LIMIT_OVER_SQRT2: ("limit / √2", "another common substitution"),
        Nondetects.LIMIT: ("the limit itself", "the limit in place of the value"),
    },
}
HEADINGS = {
    "test": "Test",
    "scale": "Scale",
    "dose": "Doses as",
    "adjustment": "Adjustment",
    "nondetects": "Nondetects",
}


def options(specifications: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    """The choices that differ between these analyses: the kind, the choice, its name in a figure, and its reason."""
    published = set(specifications.loc[specifications["analysis"] == "published", "test"])
    for kind, known in OPTIONS.items():
        made = set(specifications[kind])
        if len(made - {""}) > 1:
            for option, (name, reason) in known.items():
                if option in made:
                    presumed = option in published and kind == "test"
                    yield kind, option, name, f"the authors' presumed test; {reason}" if presumed else reason


def kind_of_p(claim: Claim, question: str) -> str:
    """The kind of p-values in a specification curve, by the question of its analyses (see `specifications`).

    >>> from secretome import load_study
    >>> claims = load_study("humoral_immunity").protocol.claims
    >>> kind_of_p(claims["titre_rises"], "claim"), kind_of_p(claims["afc_dose_im"], "claim")
    ('largest p, not adjusted', 'p')
    """
    if question == ADJUSTED:
        return "largest adjusted p"
    if question == DIFFERENCE:
        return "smallest adjusted p of a difference"
    if claim.is_equivalence:
        return "largest p of equivalence"
    return "largest p, not adjusted" if claim.together else "p"


def specification_sentence(claim: Claim, specifications: pd.DataFrame) -> str:
    """The number of other analyses of a claim that agree with the planned one, and results for other questions."""
    asked = specifications[specifications["question"] == AS_CLAIMED]
    planned = asked[asked["analysis"] == "planned"]
    others = asked[(asked["analysis"] != "planned") & (asked["answer"] != "none")]
    if planned.empty or planned["answer"].iloc[0] == "none":
        return f"{claim.sentence} The planned analysis cannot be computed, so no comparison is possible."
    outcomes = {"claimed": "supports the claim", "open": "is inconclusive", "opposite": "supports the opposite"}
    planned_answer = planned["answer"].iloc[0]
    lost = int((asked["answer"] == "none").sum())
    rest = f"; {lost} cannot be computed" if lost else ""
    counts = _counts(others, planned_answer, {planned_answer: ("agrees", "agree")}) or "none can be computed"
    text = f"{claim.sentence} The planned analysis {outcomes[planned_answer]}. Of {len(others)} others, {counts}{rest}."
    return " ".join([text, *_other_questions(specifications)])


def _counts(rows: pd.DataFrame, first: str, verbs: Mapping[str, tuple[str, str]]) -> str:
    """How many analyses give each answer, with the verb for one analysis and for several."""
    known = {
        "claimed": ("supports the claim", "support the claim"),
        "open": ("is inconclusive", "are inconclusive"),
        "opposite": ("supports the opposite", "support the opposite"),
    } | dict(verbs)
    order = [first, *(answer for answer in known if answer != first)]
    return ", ".join(f"{n} {known[answer][n > 1]}" for answer in order if (n := int((rows["answer"] == answer).sum())))


def _other_questions(specifications: pd.DataFrame) -> Iterator[str]:
    """Sentences about the analyses whose p-values answer a question other than the claim."""
    known = specifications[specifications["answer"] != "none"]
    adjusted, difference = (known[known["question"] == question] for question in (ADJUSTED, DIFFERENCE))
    if len(adjusted):
        yield (
            "With p-values adjusted for the number of groups, which the claim does not need: "
            f"{_counts(adjusted, 'claimed', {})}."
        )
    if len(difference):
        names = {
            "opposite": ("finds a difference in some group", "find a difference in some group"),
            "open": ("finds none", "find none"),
        }
        yield (
            f"Tests of a difference cannot show that nothing changes; of {len(difference)}, "
            f"{_counts(difference, 'opposite', names)}."
        )


def specification_alt(study: Study, claim: Claim, specifications: pd.DataFrame) -> str:
    """Alternative text of a specification curve, whose analyses all answer the same question."""
    known = specifications[specifications["pvalue"].notna()].reset_index(drop=True)
    if known.empty:
        return f"No figure: no analysis can be computed. {claim.sentence}"
    simulated = f"Simulated {study.protocol.units}. " if study.cohort.origin == "simulated" else ""
    places = [
        f"the {row['analysis']} analysis is number {place + 1} with {p_value(row['pvalue'])}"
        for place, (_, row) in enumerate(known.iterrows())
        if row["analysis"] != "multiverse"
    ]
    kind = kind_of_p(claim, known["question"].iloc[0])
    named = f" ({kind})" if kind != "p" else ""
    text = (
        f"{simulated}{len(known)} analyses in a row, from the smallest p to the largest{named}: "
        f"{p_value(known['pvalue'].min())} to {p_value(known['pvalue'].max())}; {'; '.join(places)}. The marks below "
        "each analysis show its specification."
    )
    if claim.together:
        groups = known["contrast"].map(lambda contrast: study.protocol.groups[sides(contrast)[0]].label).value_counts()
        text += f" The p is that of {', '.join(f'{group} in {n}' for group, n in groups.items())}."
    return (
        f"{text} {specification_sentence(claim, specifications)}" if known["question"].iloc[0] == AS_CLAIMED else text
    )
