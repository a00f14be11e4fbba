"""Specifications: the choices that define one analysis of a contrast, as codes, and its name."""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """The statistical test of an analysis."""

    WELCH = "welch_t"
    STUDENT = "student_t"
    FAMILY_SPREAD = "t_family_spread"
    DUNNETT = "dunnett"
    DUNNETT_ALL = "dunnett_all_groups"
    PERMUTATION = "permutation_of_means"
    CENSORED_MODEL = "censored_lognormal"
    QUASI_POISSON = "quasi_poisson"
    NEGATIVE_BINOMIAL = "negative_binomial"
    BETA_BINOMIAL = "beta_binomial"
    TUKEY = "tukey_all_groups"
    DUNN = "dunn_all_groups"
    MANN_WHITNEY = "mann_whitney"
    MANN_WHITNEY_ASYMPTOTIC = "mann_whitney_asymptotic"
    MANN_WHITNEY_MIDP = "mann_whitney_midp"
    MANN_WHITNEY_DEAD_LOWEST = "mann_whitney_dead_lowest"
    MANN_WHITNEY_DEAD_HIGHEST = "mann_whitney_dead_highest"
    BRUNNER_MUNZEL = "brunner_munzel_permutation"
    SLOPE = "slope_welch"
    SLOPE_POOLED = "slope_pooled_spread"
    REGRESSION = "linear_regression"
    JONCKHEERE = "jonckheere_terpstra"
    JONCKHEERE_MIDP = "jonckheere_terpstra_midp"
    SPEARMAN = "spearman_permutation"
    ADJACENT_DOSES = "adjacent_doses_welch"
    SLOPE_DIFFERENCE = "slope_difference_welch"
    INTERACTION = "interaction_welch"
    INTERACTION_POOLED = "interaction_one_variance"
    EFFECT = "effect_welch"  # one of the two effects of an interaction
    CAGE_MEANS = "cage_means_welch"
    CAGE_BLOCK = "cage_block"
    BATCH_MEANS = "batch_means_welch"
    BATCH_BLOCK = "batch_block"
    PLATE_MEANS = "plate_means_welch"
    PLATE_BLOCK = "plate_block"
    # The protocol's block, whichever column it is.
    BLOCK = "block_welch_t"
    BLOCK_POOLED = "block_one_variance"
    VAN_ELTEREN = "van_elteren"
    # Analysis of covariance with the value before the treatment.
    ANCOVA = "ancova_welch_t"
    ANCOVA_POOLED = "ancova_one_variance"
    CHANGE = "change_welch_t"
    LOGRANK = "logrank"
    LOGRANK_MIDP = "logrank_midp"
    LOGRANK_ASYMPTOTIC = "logrank_asymptotic"
    COX = "cox_likelihood_ratio"
    RESTRICTED_MEAN = "restricted_mean_survival"
    FISHER = "fisher"
    CHI_SQUARE = "chi_square"
    PAIRED = "paired_t"
    SIGNED_RANK = "signed_rank"
    SIGN = "sign"
    SIGN_FLIPS = "sign_flips"
    # Two one-sided tests (TOST) of equivalence.
    TOST_WELCH = "tost_welch_t"
    TOST_STUDENT = "tost_student_t"
    TOST_FAMILY_SPREAD = "tost_t_family_spread"
    TOST_RANK = "tost_rank"
    TOST_CENSORED_MODEL = "tost_censored_lognormal"
    TOST_QUASI_POISSON = "tost_quasi_poisson"
    TOST_BETA_BINOMIAL = "tost_beta_binomial"
    TOST_HAZARD_RATIO = "tost_hazard_ratio"
    TOST_PAIRED = "tost_paired_t"
    TOST_INTERACTION = "tost_interaction_welch"
    TOST_CAGE_MEANS = "tost_cage_means_welch"
    TOST_CAGE_BLOCK = "tost_cage_block"
    TOST_BATCH_MEANS = "tost_batch_means_welch"
    TOST_BATCH_BLOCK = "tost_batch_block"
    TOST_PLATE_MEANS = "tost_plate_means_welch"
    TOST_PLATE_BLOCK = "tost_plate_block"
    TOST_BLOCK = "tost_block_welch_t"
    TOST_ANCOVA = "tost_ancova_welch_t"


class Scale(StrEnum):
    """The scale on which values are compared."""

    LOG = "log"
    LINEAR = "linear"
    COUNT = "count"
    TIME = "time"  # times of death or of the last observation
    RANK = "rank"
    LOG_RANK = "log_rank"  # ranks of ratios


class Dose(StrEnum):
    """The scale of the doses in a test of a trend."""

    NONE = ""
    LOG = "log"
    LINEAR = "linear"
    RANK = "rank"


class Adjustment(StrEnum):
    """What is done about several contrasts of one family."""

    NONE = "none"
    HALF_ERROR = "half_error"
    BONFERRONI = "bonferroni"
    HOLM = "holm"
    DUNNETT = "dunnett"
    TUKEY = "tukey"


class Nondetects(StrEnum):
    """How values below or above a limit of the assay enter the analysis."""

    NONE = ""  # there are none
    CENSORED = "censored"
    HALF_LIMIT = "half_limit"
    LIMIT_OVER_SQRT2 = "limit_over_sqrt2"
    LIMIT = "limit"


ANY_RANK_TEST = frozenset({Method.MANN_WHITNEY, Method.MANN_WHITNEY_ASYMPTOTIC})
TESTS = {
    Method.WELCH: "Welch's t test",
    Method.STUDENT: "Student's t test",
    Method.FAMILY_SPREAD: "t test with the pooled variance of the family",
    Method.DUNNETT: "Dunnett's test",
    Method.DUNNETT_ALL: "Dunnett's test, pooled variance of all groups",
    Method.TUKEY: "Tukey's test, all groups",
    Method.DUNN: "Dunn's test, the ranks of all groups",
    Method.PERMUTATION: "permutation test of means",
    Method.CENSORED_MODEL: "censored lognormal model",
    Method.QUASI_POISSON: "quasi-Poisson model",
    Method.NEGATIVE_BINOMIAL: "negative binomial model",
    Method.BETA_BINOMIAL: "beta-binomial model",
    Method.MANN_WHITNEY: "exact Mann-Whitney test",
    Method.MANN_WHITNEY_ASYMPTOTIC: "asymptotic Mann-Whitney test",
    Method.MANN_WHITNEY_MIDP: "mid-p Mann-Whitney test",
    Method.MANN_WHITNEY_DEAD_LOWEST: "exact Mann-Whitney test, the dead ranked lowest",
    Method.MANN_WHITNEY_DEAD_HIGHEST: "exact Mann-Whitney test, the dead ranked highest",
    Method.BRUNNER_MUNZEL: "Brunner-Munzel permutation test",
    Method.SLOPE: "Welch's t test of the slope",
    Method.SLOPE_POOLED: "pooled-variance t test of the slope",
    Method.REGRESSION: "linear regression",
    Method.JONCKHEERE: "exact Jonckheere-Terpstra test",
    Method.JONCKHEERE_MIDP: "mid-p Jonckheere-Terpstra test",
    Method.SPEARMAN: "permutation test of Spearman's correlation",
    Method.ADJACENT_DOSES: "Welch's t test of neighbouring doses",
    Method.SLOPE_DIFFERENCE: "Welch's t test of the difference of two slopes",
    Method.LOGRANK: "log-rank permutation test",
    Method.LOGRANK_MIDP: "mid-p log-rank test",
    Method.LOGRANK_ASYMPTOTIC: "asymptotic log-rank test",
    Method.COX: "likelihood ratio test of Cox's model",
    Method.RESTRICTED_MEAN: "test of restricted mean survival",
    Method.FISHER: "Fisher's exact test of the animals alive at the end",
    Method.CHI_SQUARE: "chi-square test of the animals alive at the end",
    Method.TOST_HAZARD_RATIO: "two one-sided likelihood ratio tests of Cox's model",
    Method.PAIRED: "paired t test",
    Method.SIGNED_RANK: "exact Wilcoxon signed-rank test",
    Method.SIGN: "exact sign test",
    Method.SIGN_FLIPS: "sign flips",
    Method.TOST_WELCH: "two one-sided Welch t tests",
    Method.TOST_STUDENT: "two one-sided Student's t tests",
    Method.TOST_FAMILY_SPREAD: "two one-sided t tests with the pooled variance of the family",
    Method.TOST_RANK: "two one-sided exact rank tests",
    Method.TOST_CENSORED_MODEL: "two one-sided tests by the censored lognormal model",
    Method.TOST_QUASI_POISSON: "two one-sided tests by the quasi-Poisson model",
    Method.TOST_BETA_BINOMIAL: "two one-sided tests by the beta-binomial model",
    Method.TOST_PAIRED: "two one-sided t tests",
    Method.INTERACTION: "Welch's t test of the interaction",
    Method.INTERACTION_POOLED: "t test of the interaction with one variance",
    Method.EFFECT: "Welch's t test of one effect",
    Method.TOST_INTERACTION: "two one-sided Welch t tests of the interaction",
    Method.BLOCK: "linear model with blocks and unequal variances",
    Method.BLOCK_POOLED: "linear model with blocks and one variance",
    Method.VAN_ELTEREN: "exact van Elteren test within blocks",
    Method.TOST_BLOCK: "two one-sided tests by a linear model with blocks",
    Method.ANCOVA: "analysis of covariance with unequal variances",
    Method.ANCOVA_POOLED: "analysis of covariance with one variance",
    Method.CHANGE: "Welch's t test of the changes from baseline",
    Method.TOST_ANCOVA: "two one-sided tests by analysis of covariance",
} | {
    Method(f"{tost}{column}_{code}"): f"{prefix}{name.format(column)}"
    for column in ("cage", "batch", "plate")
    for code, name, article in (
        ("means_welch", "Welch's t test of {} means", ""),
        ("block", "linear model with {} as a block", "a "),
    )
    for tost, prefix in (("", ""), ("tost_", f"two one-sided tests by {article}"))
}
ADJUSTMENTS = {
    Adjustment.NONE: "no adjustment",
    Adjustment.HALF_ERROR: "each at half the error",
    Adjustment.BONFERRONI: "Bonferroni",
    Adjustment.HOLM: "Holm",
    Adjustment.DUNNETT: "Dunnett",
    Adjustment.TUKEY: "Tukey",
}
SUBSTITUTES = {
    Nondetects.HALF_LIMIT: "half the limit",
    Nondetects.LIMIT_OVER_SQRT2: "the limit over √2",
    Nondetects.LIMIT: "the limit",
}
DOSES = {Dose.LOG: "log dose", Dose.LINEAR: "dose", Dose.RANK: "the rank of the dose"}
# Names that are not the test's followed by its scale.
NAMES = {
    (Method.PERMUTATION, Scale.LOG): "permutation test of geometric means",
    (Method.DUNNETT_ALL, Scale.LOG): "Dunnett's test on logs, pooled variance of all groups",
    (Method.CENSORED_MODEL, Scale.LOG): TESTS[Method.CENSORED_MODEL],
    (Method.TOST_CENSORED_MODEL, Scale.LOG): TESTS[Method.TOST_CENSORED_MODEL],
    (Method.TOST_RANK, Scale.LOG_RANK): TESTS[Method.TOST_RANK],
    (Method.TOST_PAIRED, Scale.LOG): "two one-sided t tests on log ratios",
    (Method.PAIRED, Scale.LINEAR): "paired t test on differences",
    (Method.SIGN_FLIPS, Scale.LINEAR): "sign flips of differences",
    (Method.SIGN_FLIPS, Scale.LOG): "sign flips of log ratios",
}
# A comma separates the scale from these names.
WITH_COMMA = frozenset(
    {
        *(Method.FAMILY_SPREAD, Method.TOST_FAMILY_SPREAD, Method.ADJACENT_DOSES),
        *(Method.BLOCK, Method.BLOCK_POOLED, Method.TOST_BLOCK),
        *(Method.ANCOVA, Method.ANCOVA_POOLED, Method.TOST_ANCOVA, Method.CHANGE),
    }
)


@dataclass(frozen=True)
class Specification:
    """The choices that define one analysis.

    Attributes
    ----------
    test : Method
        The test.
    scale : Scale
        The scale on which values are compared.
    dose : Dose
        The scale of the doses, for a trend.
    adjustment : Adjustment
        What is done about the other contrasts of the family.
    nondetects : Nondetects
        How values below or above a limit enter.

    Examples
    --------
    >>> welch = Specification(Method.WELCH, Scale.LOG, nondetects=Nondetects.HALF_LIMIT)
    >>> welch.label, welch.name(below=True, state_adjustment=True)
    ("Welch's t test on logs", "Welch's t test on logs, half the limit for values below it, no adjustment")
    """

    test: Method
    scale: Scale
    dose: Dose = Dose.NONE
    adjustment: Adjustment = Adjustment.NONE
    nondetects: Nondetects = Nondetects.CENSORED

    @property
    def label(self) -> str:
        """The name of the test with its scale."""
        if (self.test, self.scale) in NAMES:
            return NAMES[self.test, self.scale]
        on_logs = self.scale in (Scale.LOG, Scale.LOG_RANK)
        if self.dose:
            return f"{TESTS[self.test]} of {'log values' if on_logs else 'values'} on {DOSES[self.dose]}"
        if not on_logs:
            return TESTS[self.test]
        comma = "," if self.test in WITH_COMMA else ""
        return f"{TESTS[self.test]}{comma} on logs"

    def name(self, *, below: bool = False, above: bool = False, state_adjustment: bool = False) -> str:
        """The label with the substituted values, where there are values below or above a limit, and the adjustment."""
        parts = [self.label]
        if self.nondetects in SUBSTITUTES:
            parts += [f"{SUBSTITUTES[self.nondetects]} for values below it"] * below
            parts += ["the limit for values above it"] * above
        return ", ".join([*parts, ADJUSTMENTS[self.adjustment]] if state_adjustment else parts)


SPECIFICATION_COLUMNS = ("test", "scale", "dose", "adjustment", "nondetects")
