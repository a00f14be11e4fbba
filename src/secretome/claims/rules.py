"""The rules that decide claims and checks: their codes, what each decides, and its reason in words."""

from enum import StrEnum

ALPHA = 0.05
# With fewer values in a group, nothing is decided.
MIN_N = 3


class Decision(StrEnum):
    """What a rule decides about a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    INCONCLUSIVE = "inconclusive"
    UNTESTABLE = "untestable"
    # By the published test only.
    NOT_ANALYSED = "not analysed"


class Outcome(StrEnum):
    """What a rule decides about a check."""

    PASSED = "passed"
    NOT_SHOWN = "not shown"
    FAILED = "failed"
    ABSENT = "absent"


class Rule(StrEnum):
    """The rule that decided a claim or a check."""

    TOO_FEW = "too_few"
    UNORDERED = "unordered"
    MIN_PVALUE = "min_pvalue_above_alpha"
    CHECK_FAILED = "check_failed"
    NO_SPREAD = "no_spread"
    NO_SPREAD_OF_PAIRS = "no_spread_of_pairs"
    NOT_COMPUTABLE = "not_computable"
    OPPOSITE = "opposite"
    SMALL = "significant_but_negligible"
    CLAIMED = "claimed"
    EXPECTED = "expected"
    NEGLIGIBLE = "negligible"
    NOT_SIGNIFICANT = "not_significant"
    EVERY_CLAIMED = "every_claimed"
    SOME_OPPOSITE = "some_opposite"
    SOME_NEGLIGIBLE = "some_negligible"
    SOME_NOT_SIGNIFICANT = "some_not_significant"
    SOME_SMALL = "some_significant_but_negligible"
    SOME_TOO_FEW = "some_too_few"
    ALL_EQUIVALENT = "all_equivalent"
    SOME_OUTSIDE = "some_outside"
    SOME_NOT_EQUIVALENT = "some_not_equivalent"
    TREND_CLAIMED = "trend_claimed"
    DOSE_REVERSAL = "dose_reversal"

    @property
    def decision(self) -> Decision:
        """What the rule decides about a claim."""
        return DECISIONS[self]

    @property
    def outcome(self) -> Outcome:
        """What the rule decides about a check."""
        return OUTCOMES_BY_RULE.get(self, OUTCOMES[DECISIONS[self]])

    @property
    def reason(self) -> str:
        """The rule in words, as reports state it after a verdict."""
        return REASONS[self]


REASONS = {
    Rule.TOO_FEW: f"fewer than {MIN_N} values in a group",
    Rule.UNORDERED: "limits of the assay that overlap leave values in no order",
    Rule.MIN_PVALUE: "no result of the exact test could be small enough",
    Rule.CHECK_FAILED: "the check of the experiment failed",
    Rule.NO_SPREAD: "the values do not vary, so the planned test cannot be computed",
    Rule.NO_SPREAD_OF_PAIRS: "the change does not vary, so the planned test cannot be computed",
    Rule.NOT_COMPUTABLE: "the planned test needs values that vary, none zero or beyond a limit of the assay",
    Rule.OPPOSITE: "significant in the opposite direction",
    Rule.SMALL: "significant but smaller than the margin",
    Rule.CLAIMED: "significant in the claimed direction and not negligible",
    Rule.EXPECTED: "significant in the expected direction and not negligible",
    Rule.NEGLIGIBLE: "not significant and inside the equivalence margins",
    Rule.NOT_SIGNIFICANT: "not significant and not shown to be negligible",
    Rule.EVERY_CLAIMED: "every contrast significant in the claimed direction and not negligible",
    Rule.SOME_OPPOSITE: "a contrast significant in the opposite direction",
    Rule.SOME_NEGLIGIBLE: "a contrast inside the equivalence margins",
    Rule.SOME_NOT_SIGNIFICANT: "not every contrast significant in the claimed direction",
    Rule.SOME_SMALL: "every contrast significant in the claimed direction, and one smaller than the margin",
    Rule.SOME_TOO_FEW: f"fewer than {MIN_N} values in a group of some contrast",
    Rule.ALL_EQUIVALENT: "every interval inside the equivalence margins",
    Rule.SOME_OUTSIDE: "an interval wholly outside the equivalence margins",
    Rule.SOME_NOT_EQUIVALENT: "not every interval inside the equivalence margins",
    Rule.TREND_CLAIMED: (
        "a significant slope in the claimed direction, and no significant reversal between adjacent doses"
    ),
    Rule.DOSE_REVERSAL: "a significant slope, but a significant reversal between adjacent doses",
}
DECISIONS: dict[Rule, Decision] = {
    **dict.fromkeys(
        (Rule.CLAIMED, Rule.EXPECTED, Rule.EVERY_CLAIMED, Rule.ALL_EQUIVALENT, Rule.TREND_CLAIMED), Decision.SUPPORTED
    ),
    **dict.fromkeys(
        (Rule.OPPOSITE, Rule.NEGLIGIBLE, Rule.SOME_OPPOSITE, Rule.SOME_NEGLIGIBLE, Rule.SOME_OUTSIDE),
        Decision.CONTRADICTED,
    ),
    **dict.fromkeys(
        (
            *(Rule.SMALL, Rule.NOT_SIGNIFICANT, Rule.SOME_NOT_SIGNIFICANT, Rule.SOME_SMALL, Rule.SOME_NOT_EQUIVALENT),
            *(Rule.DOSE_REVERSAL, Rule.NO_SPREAD, Rule.NO_SPREAD_OF_PAIRS),
        ),
        Decision.INCONCLUSIVE,
    ),
    **dict.fromkeys(
        (
            *(Rule.TOO_FEW, Rule.UNORDERED, Rule.MIN_PVALUE, Rule.SOME_TOO_FEW, Rule.CHECK_FAILED),
            Rule.NOT_COMPUTABLE,
        ),
        Decision.UNTESTABLE,
    ),
}
OUTCOMES = {
    Decision.SUPPORTED: Outcome.PASSED,
    Decision.CONTRADICTED: Outcome.FAILED,
    Decision.INCONCLUSIVE: Outcome.NOT_SHOWN,
    Decision.UNTESTABLE: Outcome.ABSENT,
}
# A group whose p cannot be small enough is not absent, and an effect too small to matter does not pass a check.
OUTCOMES_BY_RULE = {
    Rule.MIN_PVALUE: Outcome.NOT_SHOWN,
    Rule.UNORDERED: Outcome.NOT_SHOWN,
    Rule.SMALL: Outcome.FAILED,
}
# One contrast is enough to contradict such a claim, so these rules use adjusted p-values and simultaneous intervals.
SIMULTANEOUS = (Rule.SOME_OPPOSITE, Rule.SOME_NEGLIGIBLE, Rule.SOME_OUTSIDE)
