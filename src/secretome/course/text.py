"""The texts of assignments and marks."""

from secretome.claims import KINDS, Rule
from secretome.protocol import Claim, PerKind

ERRORS = {
    "nothing": "nothing is wrong with it",
    "groups_exchanged": "the labels of two groups are exchanged",
    "wrong_unit": "one group's values of one endpoint are in a larger unit than the others, so the numbers are smaller",
    "limit_without_sign": "one group was measured only up to a limit, and values beyond it are given as the limit, "
    "without < or >",
}
CLAIM_DESCRIPTIONS = PerKind(
    "description",
    "secretome.course.text.CLAIM_DESCRIPTIONS",
    {
        "single": "A claim about one contrast",
        "every": "A claim that every contrast changes (each at p of at most 0.05, not adjusted; against the claim, "
        "each p times their number)",
        "unchanged": "A claim that nothing changes (inside the margins by the 90 % intervals; outside by intervals at "
        "1 - 0.05/k for k contrasts)",
        "interaction": "A claim that one effect is higher or lower than another (the ratio of two ratios, or the "
        "difference of two differences, each group with its own variance)",
        "trend": "A claim of a dose dependence (a line over log dose, through the mean logarithms or, if the effect is "
        "a difference, the means, each group with its own variance; Jonckheere-Terpstra if a dose contains a "
        "nondetect)",
    },
)
RANK_TESTS = {
    "mann_whitney": "the exact Mann-Whitney test",
    "signed_rank": "the exact signed-rank test",
    "jonckheere_terpstra": "the exact Jonckheere-Terpstra test over the doses",
}


def reasons(claim: Claim) -> dict[str, str]:
    """The possible reasons for a claim's verdict, by the short name that students use, in the order of the rules.

    >>> from secretome.protocol import load_protocol, study_folder
    >>> claims = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml").claims
    >>> reasons(claims["il4_rises_t2"])["not_significant"]
    'not significant and not shown to be negligible'
    """
    return {str(rule): rule.reason for rule in (Rule.CHECK_FAILED, *KINDS[claim.kind].rules)}


def reason_name(rule: str) -> str:
    """The short name of the rule that decided a claim."""
    # A change that does not vary is one reason, whether of groups or of pairs.
    return str(Rule.NO_SPREAD if rule == Rule.NO_SPREAD_OF_PAIRS else Rule(rule))


NO_SHEET = "no sheet returned"
NOT_MARKED = "a sheet that could not be marked: {reason}"
OTHER_FILES = "no answer sheet, but {files}: mark this by hand"
EMPTY_SHEET = "the sheet has no answers"
NO_ANSWER = "no answer"
ANSWERED_TWICE = "answered twice, with different answers"
EXTRA_CELLS = "the row has more cells than the header: an answer with a comma needs quotation marks"
OUTSIDE = "outside the tolerance"
NOT_A_P = "not a p-value: a p-value is above 0 and at most 1"
ANOTHER = "another answer is right"
NOT_A_CHOICE = "{given!r} is none of: {choices}"
BEFORE_CORRECTION = "{reason}; it is right for the file before correction"
NO_NUMBERS = (
    "right, but it can be guessed: a right number of this claim, or more right numbers in the sheet, are needed"
)
NO_ERROR = "right, but with another error than the file has"
NUMBERS_UNDECIDED = "right, if you accept the numbers that it depends on"
FOLLOWS_INVERSE = "full marks: it follows from the inverted ratio, which has cost its mark"
FOLLOWS_REASON = "full marks: it follows from the reason that was given, which has cost its marks"
COUNTED_ONCE = "full marks, because this mistake has cost marks already: {reason}"
UNDECIDED = "{number} to be decided by you; {marks} of {of} marks without them"
# What a wrong number is.
MARKED_MISTAKES = {
    "uncorrected": "it is right for the file before correction",
    "inverse": "it is the inverse of the ratio",
    "log_scale": "it is the logarithm of the ratio",
    "one_sided": "it is half of the right p, so the test may have been one-sided",
    "per_cent": "it is given in per cent",
}
