"""Common wrong answers to the exercises, each with the sentence that a student reads."""

from collections.abc import Iterator

# A lesson lists its mistakes by these names and calculates their results; the first four are tried for every number.
MISTAKES = {
    "per_cent": "It is 100 times the answer: give the fraction, 0.05, and not the percentage, 5.",
    "fraction": "It is a hundredth of the answer: it may have been divided by 100 once too often.",
    "inverse": "It is the inverse of the answer: check which of the two is divided by the other.",
    "sign": "It has the wrong sign: check which of the two is subtracted from the other.",
    "animals": "It looks like the number of animals: count what was randomized.",
    "added_share": "It looks like 15 plus a quarter of it: of the requested animals, three quarters must be 15.",
    "arithmetic_mean": "It looks like the arithmetic mean: the geometric mean is calculated from the logarithms.",
    "asymptotic": "It looks like the p of an approximation by the normal distribution: the exact p is asked for.",
    "bonferroni": "It looks like Bonferroni's adjustment, in which each p is multiplied by the number of tests.",
    "complement": "It looks like 1 minus the answer: check whether the opposite was calculated.",
    "count": "It looks like the number of pairs: divide it by the number of all pairs.",
    "counts_not_proportions": "It looks like a test of the numbers weaned: compare the proportions.",
    "cv": "It looks like a variance: take its square root.",
    "design_effect": "It looks like the design effect: divide the number of mice by it.",
    "divided_by_root": "It was divided by the root of n: an SE is smaller than its SD.",
    "every_measurement": "It looks as if every measurement was taken as a unit: take one value for each unit.",
    "estimate": "It looks like the estimate: a limit of its interval is asked for.",
    "excluded": "It looks like the result without the animals that were not fully observed: they must be included.",
    "first_digit": "It looks as if the first digit that is not 0 was counted too.",
    "fixed_effect": "It looks like the result of a common effect, without a variance between the laboratories.",
    "group_only": "It looks like the number for a single group: the total is asked for.",
    "icc_times_n": "It looks as if the ICC was multiplied by 5: the other mice of a cage are 4.",
    "independent": "It looks like the result for independent tests: repeated tests share animals.",
    "limit_itself": "It looks as if the limit itself was substituted.",
    "log_scale": "It looks like a result on the scale of logarithms: convert it back.",
    "lower_bound": "It looks like the measured titre, which is the lower bound.",
    "normal": "It looks like an interval from the normal distribution: with three cohorts, use the t distribution.",
    "no_pairs": "It looks like the number of permutations without regard to which animals are equal.",
    "odds": "It looks like a ratio of odds: divide by all, not by the others.",
    "one_sided": "It looks like the result of a one-sided test: the two-sided one is asked for.",
    "orders": "It looks like the number of ordered choices: divide by the number of orders of each choice.",
    "other_count": "It looks like the number for one of the methods: the difference of the two is asked for.",
    "other_direction": "It looks like the result for the other direction.",
    "other_level": "It looks like the interval of another level: check 90 % and 95 %.",
    "other_limit": "It looks like the other limit of the interval.",
    "other_p": "It looks like the p for a difference between the groups: the p of equivalence is asked for.",
    "pooled": "It looks as if all animals were added together, without regard to their litters.",
    "population_variance": "It looks like a variance divided by n: divide by n − 1.",
    "printed": "It is the number printed in the paper: calculate it from the other numbers.",
    "risk": "It looks like the ratio of the numbers of cases: divide each by its number of people first.",
    "rounded_down": "It was rounded down: the next larger number has the required power.",
    "single": "It looks like the error rate of one test: four are done here.",
    "sd": "It looks like a calculation with the SD: the variance is its square.",
    "standard_error": "It looks like the result if ± is an SE: the exercise asks for the SD.",
    "sum": "It looks like the sum of the error rates: two tests can be significant in the same experiment.",
    "ties_half": "It looks as if a tie was not counted, or counted as a whole: it counts one half.",
    "ties_ignored": "It looks as if ties were ignored: equal values share their ranks.",
    "twofold": "It looks like a twofold dilution: here it is threefold.",
    "two_sided": "It looks like the two-sided p: the one-sided one is asked for.",
    "unadjusted": "It looks like the result without adjustment for the number of tests.",
    "unpooled": "It looks like the mean itself: where a mean is below the one before it, the two are pooled.",
    "whole_family": "It looks like the result with all seven groups in the family.",
    "with_control": "It looks like the result with the control included: the doses alone are asked for.",
    "without_limits": "It looks like the result without the width of a dilution step or the last well.",
    "wrong_base": "It looks like a logarithm with another base.",
}


def transformed(value: float) -> Iterator[tuple[str, float]]:
    """What the right answer would be if this number were each of the general mistakes.

    >>> dict(transformed(4.0))
    {'per_cent': 0.04, 'fraction': 400.0, 'inverse': 0.25, 'sign': -4.0}
    """
    if value:
        yield "per_cent", value / 100
        yield "fraction", value * 100
        yield "inverse", 1 / value
        yield "sign", -value
