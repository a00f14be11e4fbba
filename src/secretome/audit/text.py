"""Sentences of findings: the reported number, the recalculated number, and no interpretation."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from secretome.audit.findings import AUDIT_OUTCOMES, Finding, RecalculatedValue
from secretome.report.text.numbers import count, listed, lowercase_first, number, p_number, p_value

TESTS = {
    "anova": "one-way ANOVA",
    "welch anova": "Welch's ANOVA",
    "t": "Student's t",
    "welch": "Welch's t",
    "lsd": "Fisher's LSD",
    "chi-square": "chi-square",
    "corrected chi-square": "chi-square with Yates' correction",
    "fisher": "Fisher's exact test",
}
IF_SPREAD = {"sd": "if ± is an SD", "se": "if ± is an SE"}
MISSING = {
    "values": "a mean of every group is not reported",
    "spread": "no spread is reported",
    "n": "a group's n is not reported",
    "method": "the test needs values that are not reported",
    "tables": "an exact test of so many animals has too many tables",
    "variation": "the reported numbers do not vary",
}
CLAIMS = {"different": "a difference", "not different": "no difference", "higher": "a rise", "lower": "a fall"}
# How a sentence names the reported item that cannot be recalculated.
SUBJECTS = {"letters": "the letters", "standard error": "a standard error of {reported}"}

_FROM_TEST = "{item}: {claim} is reported, and the reported {source}{shared} give {pvalues}{logrank}{rounding}."
_GROUP_SIZES = "Group sizes: {reported} animals in {values[groups]:.0f} groups are reported, and "
_LETTERS = "{item}: letters are reported for {pairs} of groups, and the reported means and spreads "
_EFFECT_SIZE = "{item}: {reported} are reported, the largest difference of the row, and Hedges' g is {by_spread}: "
# The sentence of each check by outcome; the empty outcome stands for all others.
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "test": {"": _FROM_TEST},
    "counts": {"": _FROM_TEST},
    "letters": {
        "agrees": _LETTERS + "agree with each by Fisher's LSD at 0.05.",
        "": _LETTERS + "do not give {number} of them by Fisher's LSD at 0.05: {disagreeing}.",
    },
    "direction": {
        "": "{item}: {claim} is stated, and the reported values are {values[first]:g} and {values[second]:g}{unit}."
    },
    "difference": {
        "cannot tell": "{item}: a difference of {reported} is reported without both values.",
        "": "{item}: a difference of {reported} is reported, and {details[first]} − {details[second]} is "
        "{values[difference]:.{decimals}f}{unit}.",
    },
    "standard error": {
        "": "{item}: a standard error of {reported} is reported for the difference, and the spreads of "
        "{details[pooled]} groups give {by_spread}."
    },
    "effect size": {
        "agrees": _EFFECT_SIZE + "not more than {details[largest]} standard deviations.",
        "": _EFFECT_SIZE + "more than {details[largest]} standard deviations.",
    },
    "shape": {
        "agrees": "{item}: {reported} is reported, and a normal distribution with this mean and SD{assumed} has "
        "{share} below {details[lowest]}.",
        "": "{item}: {reported} is reported, and a normal distribution with this mean and SD{assumed} has "
        "{share} below {details[lowest]}, so it describes the values poorly.",
    },
    "range": {
        "agrees": "{item}: the values of {groups} are possible with the range of the values and n.",
        "": "{item}: {reported} is reported, which is {possible}.",
    },
    "whole numbers": {
        "agrees": "{item}: the values of {groups} can be means of whole numbers with their n.",
        "": "{item}: a mean of {reported} is reported, and the nearest mean of whole numbers is {nearest}.",
    },
    "percentages": {
        "agrees": "{item}: the values of {groups} can be percentages of their n.",
        "cannot tell": "{item}: {reported} cannot be compared with n, which is not reported.",
        "": "{item}: {reported}{unit_of_count} reported{count}, and {nearest}.",
    },
    "deaths": {
        "": "{item}: n = {reported} is reported, and {start} minus {deaths}{by_hour} leaves {values[alive]:.0f}."
    },
    "group sizes": {
        "": _GROUP_SIZES + "{sizes}.",
    },
    "significance": {
        "agrees": "{item}: {stated} is stated, and the reported {p} fits it at {details[alpha]:g}.",
        "differs": "{item}: {stated} is stated, and the reported {p} does not fit it at {details[alpha]:g}.",
        "": "{item}: {stated} is stated, and the reported {p} does not decide it at {details[alpha]:g}.",
    },
    "statistic": {
        "cannot tell": "{item}: {p} is reported with a statistic of {details[statistic]}, whose degrees of freedom are "
        "not known.",
        "": "{item}: {p} is reported, and a statistic of {details[statistic]} has {recalculated_p}.",
    },
    "minimum p-value": {
        "cannot tell": "{item}: {claim} by ranks is reported without n, and its p{adjusted} needs "
        "{values[animals needed]:.0f} animals per group or more.",
        "": "{item}: {claim} by ranks is reported, and the smallest p that these groups allow{adjusted} is {minimum}.",
    },
    "correlation": {
        "cannot tell": "{item}: a correlation of {coefficient} is reported without its number of points; it can be "
        "Spearman's {spearman} (the smallest p of 4 is {values[spearman minimum]:.3f}) and Pearson's {pearson} "
        "(p = {three} for 3 points, {four} for 4).",
        "": "{item}: a correlation of {coefficient} is reported, and over {details[points]} points{doses} {possible}.",
    },
    "interval": {
        "": "{item}: {reported} is reported, and the middle of its interval, {details[low]} to {details[high]}, on the "
        "log scale is {values[middle]:.{decimals}f}."
    },
    "ratios": {
        "": "{item}: {ratio} imply {implied}{same}.",
    },
    "ratios across reports": {
        "": "{item}, {over}: {reported} is {here}, and the report “{other}” {there} {other_ratio}."
    },
    "dilution": {
        "cannot tell": "{item}: {change} of {reported} is reported, which is {steps} steps of a "
        "{details[dilution]:g}-fold dilution, less than one.",
        "": "{item}: {change} of {reported} is reported, which is {steps} steps of a {details[dilution]:g}-fold "
        "dilution.",
    },
    "units across reports": {
        "": "{item}: {reported} is reported here and {details[other reported]} in the report “{other}”, {comparison}."
    },
}


def finding_sentence(finding: Finding) -> str:
    """One finding as a sentence that can be pasted."""
    fields: dict[str, Any] = {
        "item": f"{finding.item}, {_against(finding.groups)}" if finding.groups else finding.item,
        "reported": finding.reported,
        "details": finding.details,
        "values": {value.name: value.value for value in finding.recalculated},
        "decimals": _decimals(finding.reported),
        "unit": f" {finding.details['unit']}" if finding.details.get("unit") else "",
        "claim": CLAIMS.get(finding.reported) or f"p {_equals(finding.reported)}",
        "p": f"p {_equals(finding.reported)}",
        "other": lowercase_first(finding.details.get("other", " ")),
    }
    sentences = SENTENCES[finding.check]
    template = sentences.get(finding.outcome) or sentences[""]
    if finding.details.get("missing"):
        subject = SUBJECTS.get(finding.check, "{claim} is reported and")
        template = f"{{item}}: {subject} cannot be recalculated, because {MISSING[finding.details['missing']]}."
    elif finding.check in FIELDS:
        fields |= FIELDS[finding.check](finding, fields["values"])
    # A hyphen before a number is a minus.
    return re.sub(r"(?<=[ (])-(?=[\d.])", "−", template.format(**fields))


def summary_sentence(findings: Sequence[Finding]) -> str:
    """The number of findings of each outcome.

    >>> summary_sentence([])
    '0 findings: 0 differ, 0 cannot tell, 0 agree.'
    """
    counts = {outcome: sum(finding.outcome == outcome for finding in findings) for outcome in AUDIT_OUTCOMES}
    return (
        f"{count(len(findings), 'finding')}: {counts['differs']} differ{'s' if counts['differs'] == 1 else ''}, "
        f"{counts['cannot tell']} cannot tell, {counts['agrees']} agree{'s' if counts['agrees'] == 1 else ''}."
    )


Fields = dict[str, Any]


def _test(finding: Finding, _values: Fields) -> Fields:
    details = finding.details
    sides = {"cannot tell": "both sides", "agrees": "the same side", "differs": "the other side"}
    by_claim = finding.outcome == "agrees" and finding.reported in CLAIMS
    fields = {
        "source": "counts" if finding.check == "counts" else "means and spreads",
        "shared": f", {details['shared']} animals shared equally," if details.get("shared") else "",
        "pvalues": _pvalues(finding),
        "logrank": f", on {sides[finding.outcome]} of {details['alpha']:g}, without the times that the log-rank test "
        "uses"
        if details.get("method") == "log-rank"
        else "",
        "rounding": ", which rounding allows" if details.get("rounding") else "",
    }
    return fields | ({"claim": f"{CLAIMS[finding.reported]} at {details['alpha']:g}"} if by_claim else {})


def _pvalues(finding: Finding) -> str:
    """The recalculated p-values for each interpretation of ±; group sizes that are ranges give a range of p."""
    parts = []
    for spread in dict.fromkeys(value.spread for value in finding.recalculated):
        by_test: dict[str, list[float]] = {}
        for value in finding.recalculated:
            if value.spread == spread:
                by_test.setdefault(value.name, []).append(value.value)
        shown = [f"{_p_range(min(ps), max(ps))} by {TESTS[name]}" for name, ps in by_test.items()]
        parts.append(listed(shown) + _if_spread(finding, spread))
    return "; ".join(parts)


def _p_range(low: float, high: float) -> str:
    is_range = not math.isclose(low, high, rel_tol=5e-3) and p_number(low) != p_number(high)
    return p_value(low) + (f" to {p_number(high)}" if is_range else "")


def _letters(finding: Finding, values: Fields) -> Fields:
    disagreeing: dict[tuple[str, ...], list[str]] = {}
    for value in finding.recalculated[1:]:
        p = p_value(value.value) + _if_spread(finding, value.spread)
        disagreeing.setdefault(value.groups, []).append(p)
    pairs = (f"{_against(groups)} ({', '.join(ps)})" for groups, ps in disagreeing.items())
    number_of_pairs = count(int(values["pairs"]), "pair")
    return {"pairs": number_of_pairs, "number": len(disagreeing), "disagreeing": "; ".join(pairs)}


def _shape(finding: Finding, values: Fields) -> Fields:
    share = values["share below"]
    return {
        "share": f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %",
        "assumed": "" if finding.details["spread_stated"] else " (± taken as SD)",
    }


def _range(finding: Finding, values: Fields) -> Fields:
    if finding.outcome == "agrees":
        return _groups(finding, values)
    limits = finding.details["limits"]
    if outside := finding.details.get("outside"):
        return {"possible": f"a {outside} outside its range, {limits}"}
    triples = zip(*[iter(finding.recalculated)] * 3, strict=True)
    parts = [
        f"an SD of {number(sd.value)}{_if_spread(finding, sd.spread)}, where {sd.n} values from {limits} can have "
        f"{number(smallest.value)} to {number(largest.value)}"
        for smallest, largest, sd in triples
    ]
    return {"possible": "; ".join(parts)}


def _groups(finding: Finding, values: Fields) -> Fields:
    if "groups" in values:
        return {"groups": count(int(values["groups"]), "group")}
    decimals = _decimals(finding.reported) + 1
    return {"nearest": listed([f"{one.value:.{decimals}f} with n = {one.n}" for one in finding.recalculated], "or")}


def _percentages(finding: Finding, values: Fields) -> Fields:
    if "n" in values:
        return {"unit_of_count": " animals are", "count": "", "nearest": f"the group has {values['n']:.0f}"}
    if finding.outcome != "differs":
        return _groups(finding, values) if values else {}
    decimals = _decimals(finding.details["percent"]) + 1
    nearest = listed([f"{one.value:.{decimals}f} % with n = {one.n}" for one in finding.recalculated], "or")
    events = finding.details["count"]
    with_count = "" if events is None else f" with a count of {events}"
    return {
        "unit_of_count": " is",
        "count": with_count,
        "nearest": f"the nearest percentage of whole animals is {nearest}",
    }


def _deaths(finding: Finding, values: Fields) -> Fields:
    hour = finding.details["hour"]
    return {
        "start": f"{values['at the start']:.0f}",
        "deaths": count(int(values["dead"]), "death"),
        "by_hour": ", at hours not reported" if hour is None else f" by {hour:g} h",
    }


def _group_sizes(finding: Finding, values: Fields) -> Fields:
    if "sum" in values:
        return {"sizes": f"the groups' n add up to {values['sum']:.0f}"}
    if finding.outcome == "differs":
        return {"sizes": f"groups with a spread and a mean need {values['needed']:.0f} or more"}
    equal = f"are {values['share']:g}" if finding.outcome == "agrees" else f"would be {values['share']:.2f}"
    return {"sizes": f"equal shares {equal} each"}


def _minimum(finding: Finding, values: Fields) -> Fields:
    family = finding.details["family"]
    at_alpha = f"{CLAIMS.get(finding.reported)} at {finding.details['alpha']:g}"
    return {
        "claim": at_alpha if finding.reported in CLAIMS else f"p {_equals(finding.reported)}",
        "adjusted": f", times {family} comparisons," if family > 1 else "",
        "minimum": p_number(values.get("minimum", math.nan)),
    }


def _correlation(finding: Finding, values: Fields) -> Fields:
    details = finding.details
    fields = {"coefficient": finding.reported + (f" with p {_equals(details['p'])}" if details["p"] else "")}
    if finding.outcome == "cannot tell":
        for name in ("spearman", "pearson"):
            points = values[f"points by {name}"]
            fields[name] = f"from {points:.0f} points on" if points else "with no number of points tried"
        three, four = (p_number(value.value) for value in finding.recalculated if value.name == "pearson p")
        return fields | {"three": three, "four": four}
    tied = details["doses"] != details["points"]
    possible = []
    if "spearman minimum" in values:
        largest, nearest = f"at most {values['largest spearman']:.3f}", f"at nearest {values['nearest spearman']:.2f}"
        smallest_p = p_number(values["spearman minimum"])
        possible.append(f"Spearman's can be {largest if tied else nearest} and its p no smaller than {smallest_p}")
    if "pearson p" in values:
        possible.append(f"Pearson's has {p_value(values['pearson p'])}")
    return fields | {"doses": f" at {details['doses']} doses" if tied else "", "possible": " and ".join(possible)}


def _ratios(finding: Finding, values: Fields) -> Fields:
    low, high, *allowed = (f"{value:.2f}" for value in values.values())
    over = _over(finding.groups)
    reported = f"{finding.reported} is reported for {over}, and two other reported ratios"
    same = ", if their limits are of the same groups and rounding is taken into account"
    return {
        "item": finding.item,
        "ratio": reported if finding.reported else f"two ranges are reported, and for {over} they",
        "implied": f"{allowed[0]} to {allowed[1]}"
        if allowed
        else f"{low} from their lower limits and {high} from their upper limits",
        "same": same if allowed and not finding.reported else "",
    }


def _ratios_across(finding: Finding, _values: Fields) -> Fields:
    return {
        "item": finding.item,
        "over": _over(finding.groups),
        "other_ratio": " to ".join(dict.fromkeys(f"{value.value:.2f}" for value in finding.recalculated)),
        "here": "implied here" if finding.details["implied"] else "reported here",
        "there": "implies" if finding.details["other implied"] else "reports",
    }


def _dilution(finding: Finding, _values: Fields) -> Fields:
    return {
        "change": "a rise" if finding.reported.endswith("%") else "a ratio",
        "steps": " to ".join(dict.fromkeys(f"{value.value:.2f}" for value in finding.recalculated)),
    }


def _units(_finding: Finding, values: Fields) -> Fields:
    if not values:
        return {"comparison": "in units that cannot be compared"}
    of_concentrations, of_numbers = map(number, values.values())
    return {"comparison": f"a ratio of {of_concentrations} as concentrations and of {of_numbers} as numbers alone"}


# The further fields of a check's sentence.
FIELDS: Mapping[str, Callable[[Finding, Fields], Fields]] = {
    "test": _test,
    "counts": _test,
    "letters": _letters,
    "standard error": lambda finding, _: {
        "by_spread": _by_spread(finding, lambda value: f"{value.value:.{_decimals(finding.reported)}f}")
    },
    "effect size": lambda finding, _: {"by_spread": _by_spread(finding, lambda value: f"{value.value:.1f}")},
    "shape": _shape,
    "range": _range,
    "whole numbers": _groups,
    "percentages": _percentages,
    "deaths": _deaths,
    "group sizes": _group_sizes,
    "significance": lambda finding, _: {"stated": CLAIMS[finding.details["claimed"]]},
    "statistic": lambda _, values: {"recalculated_p": p_value(values.get("p", math.nan))},
    "minimum p-value": _minimum,
    "correlation": _correlation,
    "ratios": _ratios,
    "ratios across reports": _ratios_across,
    "dilution": _dilution,
    "units across reports": _units,
}


def _by_spread(finding: Finding, shown: Callable[[RecalculatedValue], str]) -> str:
    return listed([shown(value) + _if_spread(finding, value.spread) for value in finding.recalculated])


def _if_spread(finding: Finding, spread: str) -> str:
    """The interpretation of ±, if the source does not state it."""
    return f" {IF_SPREAD[spread]}" if spread and not finding.details["spread_stated"] else ""


def _against(groups: Sequence[str]) -> str:
    labels = [lowercase_first(group) for group in groups]
    return " against ".join(labels) if len(labels) == 2 else listed(labels)


def _over(groups: Sequence[str]) -> str:
    return f"{groups[0]} over {lowercase_first(groups[1])}"


def _equals(reported: str) -> str:
    return reported if reported[:1] in tuple("<>≤≥") else f"= {reported}"


def _decimals(reported: str) -> int:
    return len(reported.partition(".")[2])
