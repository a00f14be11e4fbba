"""Findings about printed numbers, one sentence each: what is printed, what was recomputed, and no more."""

import math
import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from secretome.audit import OUTCOMES, Finding, Value
from secretome.report.text.numbers import Row, count, interval, lowercase_first, number, p_number, p_value

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
READINGS = {"sd": "if ± is an SD", "se": "if ± is an SE"}
LACKING = {
    "values": "a mean of every group is not printed",
    "spread": "no spread is printed",
    "n": "a group's n is not printed",
    "method": "the test needs values that are not printed",
    "variation": "the printed numbers do not vary",
}
CLAIMS = {"different": "a difference", "not different": "no difference", "higher": "a rise", "lower": "a fall"}


def finding_sentence(finding: Finding) -> str:
    """One finding as a sentence, fit to paste."""
    return SENTENCES[finding.check](finding)


def summary_sentence(findings: Sequence[Finding]) -> str:
    """How many findings there are of each outcome.

    >>> summary_sentence([])
    '0 findings: 0 differ, 0 cannot tell, 0 agree.'
    """
    counts = {outcome: sum(finding.outcome == outcome for finding in findings) for outcome in OUTCOMES}
    return (
        f"{count(len(findings), 'finding')}: {counts['differs']} differ{'s' if counts['differs'] == 1 else ''}, "
        f"{counts['cannot tell']} cannot tell, {counts['agrees']} agree{'s' if counts['agrees'] == 1 else ''}."
    )


def _test(finding: Finding) -> str:
    claim = f"p {_equals(finding.printed)}" if finding.about["by"] == "p" else CLAIMS[finding.printed]
    if finding.outcome == "cannot tell" and finding.about.get("lacking"):
        return (
            f"{_item(finding)}: {claim} is printed and cannot be recomputed, because "
            f"{LACKING[finding.about['lacking']]}."
        )
    if finding.outcome == "agrees" and finding.about["by"] == "claim":
        claim += f" at {finding.about['alpha']:g}"
    shared = finding.about.get("shared")
    given = f", {shared} animals shared equally," if shared else ""
    rounded = ", which rounding allows" if finding.about.get("rounding") else ""
    source = "counts" if finding.check == "counts" else "means and spreads"
    return (
        f"{_item(finding)}: {claim} is printed, and the printed {source}{given} give "
        f"{_ps(finding)}{_tail(finding)}{rounded}."
    )


def _tail(finding: Finding) -> str:
    """What the counts cannot say of a log-rank test."""
    if finding.about.get("method") != "log-rank":
        return ""
    sides = {
        "cannot tell": ", on both sides of",
        "agrees": ", on the same side of",
        "differs": ", on the other side of",
    }
    return f"{sides[finding.outcome]} {finding.about['alpha']:g}, without the times that the log-rank test uses"


def _ps(finding: Finding) -> str:
    """The recomputed p values, reading by reading; sizes that are printed as a range give a range."""
    parts = []
    for reading in dict.fromkeys(value.reading for value in finding.recomputed):
        own: dict[str, list[float]] = {}
        for value in finding.recomputed:
            if value.reading == reading:
                own.setdefault(value.what, []).append(value.value)
        shown = [
            f"{p_value(min(ps))}{f' to {p_number(max(ps))}' if _differ(ps) else ''} by {TESTS[what]}"
            for what, ps in own.items()
        ]
        parts.append(_listed(shown) + (f" {READINGS[reading]}" if reading and not finding.about.get("said") else ""))
    return "; ".join(parts)


def _letters(finding: Finding) -> str:
    if finding.outcome == "cannot tell":
        return f"{finding.item}: the letters cannot be recomputed, because {LACKING[finding.about['lacking']]}."
    pairs, *others = finding.recomputed
    letters = f"{finding.item}: letters are printed for {count(int(pairs.value), 'pair')} of groups"
    if not others:
        return f"{letters}, and the printed means and spreads agree with each by Fisher's LSD at 0.05."
    readings = "" if finding.about["said"] else " {}"
    named: dict[str, list[str]] = {}
    for value in others:
        named.setdefault(value.what, []).append(p_value(value.value) + readings.format(READINGS[value.reading]))
    listed = "; ".join(f"{_against(pair.split(' against '))} ({', '.join(ps)})" for pair, ps in named.items())
    return (
        f"{letters}, and the printed means and spreads do not give {len(named)} of them by Fisher's LSD at 0.05: "
        f"{listed}."
    )


def _direction(finding: Finding) -> str:
    first, second = (_plain(value.value) for value in finding.recomputed)
    what = CLAIMS[finding.printed]
    return f"{_item(finding)}: {what} is stated, and the printed values are {first} and {second}{_unit(finding)}."


def _difference(finding: Finding) -> str:
    if finding.outcome == "cannot tell":
        return f"{_item(finding)}: a difference of {finding.printed} is printed without both values."
    found = f"{finding.recomputed[0].value:.{_decimals(finding.printed)}f}"
    values = f"{finding.about['first']} − {finding.about['second']}"
    return (
        f"{_item(finding)}: a difference of {_minus(finding.printed)} is printed, and {values} is "
        f"{_minus(found)}{_unit(finding)}."
    )


def _standard_error(finding: Finding) -> str:
    if finding.outcome == "cannot tell":
        why = LACKING[finding.about["lacking"]]
        return f"{_item(finding)}: a standard error of {finding.printed} cannot be recomputed, because {why}."
    found = _by_reading(finding, lambda value: f"{value.value:.{_decimals(finding.printed)}f}")
    pooled = f"the spreads of {finding.about['pooled']} groups"
    return (
        f"{_item(finding)}: a standard error of {finding.printed} is printed for the difference, and {pooled} give "
        f"{found}."
    )


def _effect_size(finding: Finding) -> str:
    found = _by_reading(finding, lambda value: _minus(f"{value.value:.1f}"))
    limit = (
        f"{'more' if finding.outcome == 'cannot tell' else 'not more'} than {finding.about['largest']} standard "
        "deviations"
    )
    return (
        f"{_item(finding)}: {finding.printed} are printed, the widest apart of the row, and Hedges' g is {found}: "
        f"{limit}."
    )


def _shape(finding: Finding) -> str:
    share = finding.recomputed[0].value
    shown = f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"
    even = "" if finding.about["said"] else ", ± taken as SD,"
    end = ", so mean and spread do not describe the values" if finding.outcome == "cannot tell" else ""
    lowest = finding.about["lowest"]
    return (
        f"{_item(finding)}: {finding.printed} is printed, and a normal curve with it{even} has {shown} below "
        f"{lowest}{end}."
    )


def _range(finding: Finding) -> str:
    if finding.outcome == "agrees":
        return f"{finding.item}: {_count(finding)} can be what is printed, given the range of the values and n."
    limits = f"{finding.about['low']} to {finding.about['high']}".replace(" to None", " upwards")
    if finding.about["what"] != "spread":
        return (
            f"{_item(finding)}: the {finding.about['what']} {finding.printed} is printed outside its range, {limits}."
        )
    parts = []
    for position, sd in enumerate(finding.about["sd"]):
        least, most = finding.recomputed[2 * position : 2 * position + 2]
        reading = "" if finding.about["said"] else f" {READINGS[least.reading]}"
        possible = f"{number(least.value)} to {number(most.value)}"
        parts.append(f"an SD of {number(sd)}{reading}, where {least.n} values from {limits} can have {possible}")
    return f"{_item(finding)}: {finding.printed} is printed, which is {'; '.join(parts)}."


def _whole_numbers(finding: Finding) -> str:
    if finding.outcome == "agrees":
        return f"{finding.item}: {_count(finding)} can be means of whole numbers with their n."
    decimals = _decimals(finding.printed) + 1
    near = _listed([f"{value.value:.{decimals}f} with n = {value.n}" for value in finding.recomputed], "or")
    return f"{_item(finding)}: a mean of {finding.printed} is printed, and the nearest mean of whole numbers is {near}."


def _percentages(finding: Finding) -> str:
    if finding.outcome == "agrees":
        return f"{finding.item}: {_count(finding)} can be shares of their n."
    if finding.outcome == "cannot tell":
        return f"{finding.item}: {finding.printed} cannot be compared with n, which is not printed."
    if finding.recomputed[0].what == "n":
        return (
            f"{_item(finding)}: {finding.printed} animals are printed, and the group has "
            f"{finding.recomputed[0].value:.0f}."
        )
    near = _listed(
        [f"{value.value:.{_decimals(finding.printed[:-2]) + 1}f} % with n = {value.n}" for value in finding.recomputed],
        "or",
    )
    beside = "" if finding.about["count"] is None else f" beside a count of {finding.about['count']}"
    return f"{_item(finding)}: {finding.printed} is printed{beside}, and the nearest share of whole animals is {near}."


def _deaths(finding: Finding) -> str:
    alive, start, dead = (int(value.value) for value in finding.recomputed)
    by = f" by {finding.about['hour']:g} h" if finding.about["hour"] is not None else ", at hours not printed"
    return (
        f"{_item(finding)}: n = {finding.printed} is printed, and {start} less {count(dead, 'death')}{by} leaves "
        f"{alive}."
    )


def _group_sizes(finding: Finding) -> str:
    values = {value.what: value.value for value in finding.recomputed}
    animals = f"{finding.printed} animals in {values['groups']:.0f} groups are printed"
    if "sum" in values:
        return f"Group sizes: {animals}, and the groups' n add up to {values['sum']:.0f}."
    if finding.outcome == "agrees":
        return f"Group sizes: {animals}, and equal shares are {values['share']:g} each."
    if finding.outcome == "differs":
        return f"Group sizes: {animals}, and groups with a spread and a mean need {values['needed']:.0f} or more."
    return f"Group sizes: {animals}, and equal shares would be {values['share']:.2f} each."


def _significance(finding: Finding) -> str:
    limit = f"{finding.about['alpha']:g}"
    p = f"p {_equals(finding.printed)}"
    low = {"agrees": "fits", "differs": "does not fit", "cannot tell": "does not settle"}[finding.outcome]
    return f"{_item(finding)}: {CLAIMS[finding.about['claimed']]} is stated, and the printed {p} {low} it at {limit}."


def _statistic(finding: Finding) -> str:
    statistic = f"a statistic of {finding.about['statistic']}"
    if finding.outcome == "cannot tell":
        return (
            f"{_item(finding)}: p {_equals(finding.printed)} is printed beside {statistic}, whose degrees of freedom "
            "are not known."
        )
    return (
        f"{_item(finding)}: p {_equals(finding.printed)} is printed, and {statistic} has "
        f"{p_value(finding.recomputed[0].value)}."
    )


def _attainable(finding: Finding) -> str:
    said = (
        f"p {_equals(finding.printed)}"
        if finding.about["by"] == "p"
        else f"{CLAIMS[finding.printed]} at {finding.about['alpha']:g}"
    )
    family = finding.about["family"]
    adjusted = f", times {family} comparisons," if family > 1 else ""
    value = finding.recomputed[0].value
    if finding.outcome == "cannot tell":
        return (
            f"{_item(finding)}: {said} by ranks is printed without n, and its p{adjusted} needs {value:.0f} animals a "
            "group or more."
        )
    return (
        f"{_item(finding)}: {said} by ranks is printed, and the smallest p that these groups allow{adjusted} is "
        f"{p_number(value)}."
    )


def _correlation(finding: Finding) -> str:
    p = finding.about["p"]
    said = f"{_minus(finding.printed)}" + (f" with p {_equals(p)}" if p else "")
    values = {value.what: value.value for value in finding.recomputed}
    if not finding.about["points"]:
        three, four = (p_number(value.value) for value in finding.recomputed if value.what == "pearson p")
        by_ranks = (
            f"from {values['points by spearman']:.0f} points on"
            if values["points by spearman"]
            else "with no number of points tried"
        )
        by_values = (
            f"from {values['points by pearson']:.0f} points on"
            if values["points by pearson"]
            else "with no number of points tried"
        )
        return (
            f"{finding.item}: a correlation of {said} is printed without its number of points, and it can be "
            f"Spearman's {by_ranks} (the smallest p of 4 is {values['spearman floor']:.3f}) and Pearson's {by_values} "
            f"(p = {three} for 3 points, {four} for 4)."
        )
    parts = []
    if "spearman floor" in values:
        tied = finding.about["doses"] != finding.about["points"]
        nearest = (
            f"at most {values['spearman cap']:.3f}"
            if tied
            else "at nearest " + _minus(f"{values['nearest spearman']:.2f}")
        )
        parts.append(f"Spearman's can be {nearest} and its p no smaller than {p_number(values['spearman floor'])}")
    if "pearson p" in values:
        parts.append(f"Pearson's has {p_value(values['pearson p'])}")
    doses = f" at {finding.about['doses']} doses" if finding.about["doses"] != finding.about["points"] else ""
    return (
        f"{finding.item}: a correlation of {said} is printed, and over {finding.about['points']} points{doses} "
        f"{' and '.join(parts)}."
    )


def _interval(finding: Finding) -> str:
    limits = f"{finding.about['low']} to {finding.about['high']}"
    middle = f"{finding.recomputed[0].value:.{_decimals(finding.printed)}f}"
    return (
        f"{finding.item}: {finding.printed} is printed, and the middle of its interval, {limits}, on the log scale is "
        f"{middle}."
    )


def _ratios(finding: Finding) -> str:
    low, high, *both = (f"{value.value:.2f}" for value in finding.recomputed)
    over = _over(finding.groups)
    implied = f"{both[0]} to {both[1]}" if both else f"{low} from their lower ends and {high} from their upper ends"
    if finding.printed:
        return f"{finding.item}: {finding.printed} is printed for {over}, and two other printed ratios imply {implied}."
    same = ", if their limits are of the same groups and rounding is taken into account" if both else ""
    return f"{finding.item}: two ranges are printed, and for {over} they imply {implied}{same}."


def _ratios_across(finding: Finding) -> str:
    other = " to ".join(dict.fromkeys(f"{value.value:.2f}" for value in finding.recomputed))
    own_verb = "implied here" if finding.about["implied"] else "printed here"
    verb = "implies" if finding.about["other implied"] else "prints"
    title = lowercase_first(finding.about["other"])
    return (
        f"{finding.item}, {_over(finding.groups)}: {finding.printed} is {own_verb}, and the report “{title}” {verb} "
        f"{other}."
    )


def _dilution(finding: Finding) -> str:
    steps = " to ".join(dict.fromkeys(f"{value.value:.2f}" for value in finding.recomputed))
    rise = "a rise of" if finding.printed.endswith("%") else "a ratio of"
    end = ", less than one" if finding.outcome == "cannot tell" else ""
    step = f"{finding.about['dilution']:g}-fold dilution"
    return f"{finding.item}: {rise} {finding.printed} is printed, which is {steps} steps of a {step}{end}."


def _units(finding: Finding) -> str:
    title = lowercase_first(finding.about["other"])
    beside = (
        f"{_item(finding)}: {finding.printed} is printed here and {finding.about['other printed']} in the report "
        f"“{title}”"
    )
    if not finding.recomputed:
        return f"{beside}, in units that cannot be compared."
    times, bare = (value.value for value in finding.recomputed)
    return f"{beside}, a ratio of {number(times)} as concentrations and of {number(bare)} as bare numbers."


SENTENCES: Mapping[str, Callable[[Finding], str]] = {
    "test": _test,
    "letters": _letters,
    "direction": _direction,
    "difference": _difference,
    "standard error": _standard_error,
    "effect size": _effect_size,
    "shape": _shape,
    "range": _range,
    "whole numbers": _whole_numbers,
    "counts": _test,
    "percentages": _percentages,
    "deaths": _deaths,
    "group sizes": _group_sizes,
    "significance": _significance,
    "statistic": _statistic,
    "attainable p": _attainable,
    "correlation": _correlation,
    "interval": _interval,
    "ratios": _ratios,
    "ratios across reports": _ratios_across,
    "dilution": _dilution,
    "units across reports": _units,
}


def _item(finding: Finding) -> str:
    """What a sentence is about, with its groups."""
    if not finding.groups:
        return finding.item
    return f"{finding.item}, {_against(finding.groups)}"


def _against(groups: Sequence[str]) -> str:
    named = [lowercase_first(group) for group in groups]
    return " against ".join(named) if len(named) == 2 else _listed(named)


def _over(groups: Sequence[str]) -> str:
    return f"{groups[0]} over {lowercase_first(groups[1])}"


def _by_reading(finding: Finding, shown: Callable[[Value], str]) -> str:
    said = finding.about.get("said")
    return _listed([shown(value) + ("" if said else f" {READINGS[value.reading]}") for value in finding.recomputed])


def _count(finding: Finding) -> str:
    return f"the values of {count(int(finding.recomputed[0].value), 'group')}"


def _unit(finding: Finding) -> str:
    return f" {finding.about['unit']}" if finding.about.get("unit") else ""


def _listed(parts: Sequence[str], word: str = "and") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _equals(printed: str) -> str:
    return printed if printed[0] in "<>≤≥" else f"= {printed}"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _decimals(printed: str) -> int:
    return len(printed.partition(".")[2])


def _plain(value: float) -> str:
    return f"{value:g}"


def _differ(ps: Sequence[float]) -> bool:
    return not math.isclose(min(ps), max(ps), rel_tol=5e-3) and p_number(min(ps)) != p_number(max(ps))


def reading_words(row: Row) -> str:
    """How ± was read where the paper does not say, or nothing."""
    return "" if row["said"] or not row["reading"] else {"sd": "± as SD", "se": "± as SE"}[row["reading"]]


def forest_alt(rows: pd.DataFrame, measure: str) -> str:
    """Alternative text of a forest plot: every line of it."""
    lines = []
    for _, row in rows.iterrows():
        read = f", {reading_words(row)}" if reading_words(row) else ""
        lines.append(f"{row['source']}, {row['label']}{read}, {number(row['estimate'])} ({interval(row)})")
    return (
        f"Forest plot of {measure} on a log scale, {count(len(rows), 'line')}. {'; '.join(lines)}. Nothing is combined."
    )


def forest_label(row: Row) -> str:
    """What a line of a forest plot compares: the treated group and the hour, or a printed estimate's own label."""
    if isinstance(row["treated"], float):  # missing: a meta-analysis prints the ratio alone
        return str(row["item"])
    hour = re.search(r" at (\d+ h)$", row["item"])
    return f"{row['treated']}, {hour[1]}" if hour else str(row["treated"])
