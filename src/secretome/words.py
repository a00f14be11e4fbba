"""Numbers and results in the words that a journal uses. Everything here is computed, so that it holds for any cohort."""

import math
from typing import Any

import numpy as np
import pandas as pd

from secretome.cohort import Study
from secretome.protocol import Claim, Zone

Row = Any  # a row of a DataFrame: pandas types its rows as Series of anything

ORIGIN = {
    "simulated": "simulated: made by a computer, no animal was measured",
    "published-summary": "reconstructed from published summaries",
    "published-individual": "published individual data",
    "measured": "measured, as the file states no other origin",
}


def number(value: float) -> str:
    """A number to three digits, the zero before a decimal point counted, without exponent.

    >>> number(1.51017), number(0.6125), number(0.0312), number(340.2)
    ('1.51', '0.61', '0.031', '340')
    """
    if not math.isfinite(value):
        return "not estimable" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    size = math.floor(math.log10(abs(value))) if value else 0
    # A thin space keeps thousands readable and is no decimal mark anywhere; a minus is a minus.
    return f"{value:,.{max(0, 2 - size if size >= 0 else 1 - size)}f}".replace(",", "\u202f").replace("-", "−")


def p_value(value: float) -> str:
    """A p value, exact to three digits.

    >>> p_value(0.00048828), p_value(0.0411), p_value(3e-7), p_value(1.0)
    ('p = 0.000488', 'p = 0.0411', 'p < 0.000001', 'p = 1')
    """
    number_alone = p_number(value)
    return f"p {number_alone}" if number_alone[0] in "<n" else f"p = {number_alone}"


def p_number(value: float) -> str:
    """A p value as a table shows it, under a heading that says p.

    >>> p_number(0.00048828), p_number(3e-7)
    ('0.000488', '< 0.000001')
    """
    if math.isnan(value):
        return "not defined"
    return "< 0.000001" if value < 1e-6 else np.format_float_positional(float(f"{value:.3g}"), trim="-")


def percent(level: float) -> str:
    """A confidence level, as per cent.

    >>> percent(0.95), percent(0.957520)
    ('95 %', '95.8 %')
    """
    return f"{100 * level:.3g} %"


def interval(row: Row) -> str:
    """The interval of a result, with its level, or a word that there is none."""
    if math.isnan(row["low"]):
        return "no interval"
    if math.isinf(row["high"]):
        return f"no finite {percent(row['level'])} interval" if row["level"] < 1 else "no finite interval at this n"
    return f"{percent(row['level'])} interval {number(row['low'])} to {number(row['high'])}"


def effect(row: Row, unit: str) -> str:
    """The estimate of a result in its unit, with its interval."""
    if math.isnan(row["estimate"]):
        return "not estimable"
    measured_in = f" {unit}" if row["effect"] in ("Hodges-Lehmann shift", "mean difference") else ""
    return f"{row['effect']} {number(row['estimate'])}{measured_in} ({interval(row)})"


def result_sentence(study: Study, row: Row) -> str:
    """One result as a journal wants it: test, n, statistic, p, effect with interval."""
    endpoint = study.protocol.endpoints[row["endpoint"]]
    if math.isnan(row["pvalue"]):
        why = "there are too few" if row["n_treated"] < 2 else "the change does not vary"
        rest = "" if math.isnan(row["estimate"]) else f"; {effect(row, endpoint.unit)}"
        return f"{endpoint.label}: {row['method']}, n = {count(row['n_treated'], 'pair')}, not computed, because {why}{rest}."
    letter = "t" if " t " in f" {row['method']} " else "W"
    # A rank sum is a whole or half number and is printed as it is.
    statistic = number(row["statistic"]) if letter == "t" else f"{row['statistic']:g}"
    adjusted = row["pvalue_adjusted"]
    p = p_value(row["pvalue"] if math.isnan(adjusted) else adjusted)
    return f"{endpoint.label}: {row['method']}, n = {row['n_treated']} pairs, {letter} = {statistic}, {p}; {effect(row, endpoint.unit)}."


def zone(margin: Zone) -> str:
    """The zone of no effect and its reason."""
    return f"{margin.low:.2f} to {margin.high:.2f}: {margin.reason}"


def cohort_sentence(study: Study) -> str:
    """Who was measured, in which file, and what kind of data that is."""
    cohort, protocol = study.cohort, study.protocol
    animals = cohort.values["animal"].nunique()
    text = f"{count(animals, protocol.experimental_unit)} from the file {cohort.path.name}; {ORIGIN[cohort.origin]}"
    if cohort.path.name == protocol.cohort.file.rpartition("/")[2] and study.source_data:
        source = protocol.sources[protocol.cohort.source]
        text = f"{count(animals, protocol.experimental_unit)} of {source.text}; {ORIGIN[cohort.origin]}"
    return text + "."


def pairs_sentence(study: Study, claim: Claim) -> str:
    """How many of the pairs rise and fall, and which pairs are incomplete."""
    pairs = study.pairs(claim.endpoint, *claim.sides)
    whole = pairs.dropna()
    rises = int((whole["treated"] > whole["control"]).sum())
    falls = int((whole["treated"] < whole["control"]).sum())
    unit = study.protocol.experimental_unit
    text = f"the share rises in {rises} of {count(len(whole), unit)} and falls in {falls}"
    unchanged = len(whole) - rises - falls
    if unchanged:
        text += f"; it is unchanged in {unchanged}"
    half = len(pairs) - len(whole)
    return text + (f"; {count(half, unit)} without both values left out" if half else "")


def floor_sentence(study: Study, row: Row, alpha: float) -> str:
    """What is the smallest p that the pairs allow, and what that means for these data."""
    label = study.protocol.endpoints[row["endpoint"]].label
    if math.isnan(row["attainable"]):
        return f"{label}: with so few pairs the test has no p."
    floor = p_number(row["attainable"])
    if row["attainable"] > alpha:
        ending = f"which is above {alpha:g}: this test can decide nothing here."
    elif math.isclose(row["pvalue"], row["attainable"], rel_tol=1e-9):
        ending = "and these data reach it: no result could have been stronger."
    else:
        ending = "and these data stay above it."
    return f"{label}: the smallest p that {row['n_treated']} pairs allow, with their ties and unchanged values, is {floor}, {ending}"


def verdict_sentence(study: Study, verdict: Row) -> str:
    """A verdict, the rule that decided it, and what it rests on, fit to paste."""
    claim = study.protocol.claims[verdict["claim"]]
    basis = f"geometric mean ratio {number(verdict['estimate'])}, {interval(verdict)}, {p_value(verdict['pvalue_adjusted'])}"
    rests = "" if math.isnan(verdict["estimate"]) else f" ({basis})"
    text = f"{claim.sentence} {verdict['verdict'].capitalize()}: {verdict['rule']}{rests}."
    published = verdict["verdict_as_published"]
    if verdict["verdict"] != published:
        text += f" By the test that stands for the authors', {published}: {_why_they_differ(verdict)}."
    return text


def standing_sentence(study: Study, verdicts: pd.DataFrame) -> str:
    """Whether the verdicts of this cohort count as tests of the claims, and why not."""
    if study.source_data:
        return (
            "The cohort holds data that the claims were made from. They are shown as source data and never counted as a test of the claims."
        )
    if study.cohort.origin == "simulated":
        return "The cohort is simulated. Its verdicts test the method, not the claims, and are never counted."
    if study.cohort.origin != "measured":
        return f"The data are {ORIGIN[study.cohort.origin]}, so the verdicts are no new test of the claims and are never counted."
    if verdicts["protocol_altered"].any():
        what = "animals were left out" if not study.cohort.excluded.empty else "another error rate was set"
        return f"The protocol was altered: {what}. The verdicts are shown, and are never counted as a test of the claims."
    return "The cohort is new to the claims, so its verdicts are a test of them."


def agreement_sentence(rows: pd.DataFrame, alpha: float) -> str:
    """How many of the analyses that were not planned fall on the planned one's side of alpha."""
    others = rows.loc[rows["reading"] == "multiverse", "pvalue"].dropna()
    planned = rows.loc[rows["pvalue_adjusted"].notna(), "pvalue_adjusted"]
    if planned.empty or others.empty:
        return "the planned result cannot be computed, so there is nothing to compare with."
    below = bool(planned.iloc[0] <= alpha)
    same = int(((others <= alpha) == below).sum())
    side = "at or below" if below else "above"
    return f"the planned p is {side} {alpha:g}, and so are {same} of the {len(others)} others that could be computed."


def unpaired_sentence(study: Study, claim: Claim, welch: float, ranks: float) -> str:
    """What an analysis that forgets the pairs would print."""
    label = study.protocol.endpoints[claim.endpoint].label
    return f"{label}: Welch's t on logs {p_value(welch)}, exact Mann-Whitney {p_value(ranks)}"


def paired_alt(study: Study, claim: Claim, row: Row) -> str:
    """Alternative text of the figure of pairs: what it shows, and what it finds."""
    endpoint = study.protocol.endpoints[claim.endpoint]
    treated, control = (study.protocol.groups[side].label.lower() for side in claim.sides)
    if study.pairs(claim.endpoint, *claim.sides).dropna().empty:
        return f"No figure: no {study.protocol.experimental_unit} has both values of {endpoint.label}."
    finding = "the interval cannot be formed"
    if not math.isnan(row["low"]):
        place = "wholly above 1" if row["low"] > 1 else "wholly below 1" if row["high"] < 1 else "on both sides of 1"
        finding = f"geometric mean ratio {number(row['estimate'])}, {interval(row)}, {place}"
    return (
        f"Two aligned panels on a log scale. Left, {endpoint.label} ({endpoint.unit}) of every {study.protocol.experimental_unit}, "
        f"{control} and {treated}, joined by a line: {pairs_sentence(study, claim)}. Right, the effect: {finding}."
    )


def count(n: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "donor"), count(12, "donor")
    ('1 donor', '12 donors')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _why_they_differ(verdict: Row) -> str:
    if verdict["verdict_as_published"] == "untestable":
        return "with these pairs no p of that test could be small enough"
    if "computed" in verdict["rule"]:
        return "that test needs no spread to compute"
    if "margin" in verdict["rule"] or "zone" in verdict["rule"]:
        return "that test knows no zone of no effect"
    return "the two tests fall on different sides of the error rate"
