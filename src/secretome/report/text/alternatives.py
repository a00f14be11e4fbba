"""Alternative texts of figures: what each figure shows, and its result."""

import math
from collections.abc import Sequence

from secretome.cohort import Study
from secretome.protocol import Claim, EquivalenceMargin, sides
from secretome.report.text.effects import effect_words, scale_words
from secretome.report.text.numbers import Row, bracket_p, effect, interval, lowercase_first, number
from secretome.report.text.sentences import (
    against,
    censoring_sentence,
    groups_sentence,
    pairs_sentence,
    unit,
    units_counted,
)


def paired_alt(study: Study, claim: Claim, row: Row) -> str:
    """Alternative text of the figure of pairs."""
    endpoint = study.protocol.endpoints[claim.endpoint]
    treated, control = (lowercase_first(study.protocol.groups[side].label) for side in sides(row["contrast"]))
    if study.pairs(claim.endpoint, *sides(row["contrast"])).dropna().empty:
        return f"No figure: no {study.protocol.experimental_unit} has both values of {endpoint.label}."
    finding = "the interval cannot be computed"
    if not math.isnan(row["low"]):
        place = _place(row, endpoint.equivalence_margin)
        words = effect_words(endpoint)
        finding = f"{words.name} {number(row['estimate'])}{words.unit}, {interval(row)}, {place}"
    return (
        f"Two aligned panels on a {scale_words(endpoint)}. Left, {endpoint.label} ({endpoint.unit}) of every "
        f"{unit(study)}, "
        f"{control} and {treated}, joined by a line: "
        f"{pairs_sentence(study, claim, row['contrast'])}.{_bracket_words(study, [row])} "
        f"Right, the effect: {finding}."
    )


def groups_alt(study: Study, endpoint: str, rows: Sequence[Row], groups: Sequence[str] | None = None) -> str:
    """Alternative text of the figure of groups, or of those that it shows."""
    about = study.protocol.endpoints[endpoint]
    if study.cohort.values[study.cohort.values["endpoint"] == endpoint]["lower"].notna().sum() == 0:
        return f"No figure: no {study.protocol.experimental_unit} has a value of {about.label}."
    findings = []
    several = len({sides(row["contrast"])[1] for row in rows}) > 1
    for row in rows:
        label = against(study, row["contrast"]) if several else study.protocol.groups[sides(row["contrast"])[0]].label
        place = "" if math.isnan(row["level"]) else f", {_place(row, about.equivalence_margin)}"
        findings.append(f"{label}, {effect(row, about.unit)}{place}")
    if about.kind == "survival":
        return _survival_alt(study, endpoint, rows, findings)
    limits = "" if about.kind == "continuous" else f" {censoring_sentence(study, endpoint)}."
    animals = (
        f"{about.label} ({about.unit}) of every {unit(study)}, by group. {groups_sentence(study, endpoint, groups)}."
    )
    if not rows:
        return f"One panel, {scale_words(about)}. {animals}{limits}"
    control = lowercase_first(study.protocol.groups[sides(rows[0]["contrast"])[1]].label)
    below = "the effects" if several else f"the effect against {control}"
    return (
        f"Two panels, {scale_words(about)}s. Above, {animals}{limits}{_bracket_words(study, rows)} "
        f"Below, {below}: {'; '.join(findings)}."
    )


def _survival_alt(study: Study, endpoint: str, rows: Sequence[Row], findings: Sequence[str]) -> str:
    about = study.protocol.endpoints[endpoint]
    effects = f" Below, the hazard ratios: {'; '.join(findings)}." if rows else ""
    return (
        f"Kaplan-Meier curves of {about.label} in {about.unit}, one for each group, with the numbers at risk. "
        f"{censoring_sentence(study, endpoint)}.{_bracket_words(study, rows)}{effects}"
    )


def design_alt(study: Study) -> str:
    """Alternative text of the drawing of a study's design."""
    animals = study.cohort.values.drop_duplicates("animal")
    groups = []
    for key, group in study.protocol.groups.items():
        members = animals[animals["group"] == key]
        dead = int(members["dead"].sum())
        deaths = f", {dead} died before sampling" if dead else ""
        groups.append(f"{group.label} ({group.treatment}), {units_counted(study, len(members))}{deaths}")
    events = "; ".join(f"{event.hour:g} h, {event.what}" for event in study.protocol.timeline)
    return f"The design, with one line per group along a time axis in hours. {'. '.join(groups)}. Events: {events}."


def _bracket_words(study: Study, rows: Sequence[Row]) -> str:
    """The p-values at the brackets of the figure."""
    known = [f"{against(study, row['contrast'])}, {bracket_p(row)}" for row in rows if not math.isnan(row["pvalue"])]
    return f" Brackets: {'; '.join(known)}." if known else ""


def _place(row: Row, margin: EquivalenceMargin) -> str:
    """The position of an interval: relative to the margins for a test of equivalence, otherwise to no difference."""
    if row["alternative"] == "equivalence":
        return (
            "inside the equivalence margins"
            if margin.low <= row["low"] and row["high"] <= margin.high
            else "not inside the equivalence margins"
        )
    none = margin.no_difference
    place = "entirely above" if row["low"] > none else "entirely below" if row["high"] < none else "containing"
    return f"{place} {none:g}"
