"""The Essential 10 of the ARRIVE guidelines 2.0 (Percie du Sert et al., 2020): each item and its answer."""

import math

import pandas as pd

from secretome.claims import primary_results
from secretome.cohort import Study
from secretome.report.text.claim_methods import planned_methods
from secretome.report.text.methods import by_group, losses, software
from secretome.report.text.numbers import listed, lowercase_first, number
from secretome.report.text.sentences import groups_sentence, unit, units_counted

# A citation key of the book and its source in words, for a report, which travels without the book's references.
GUIDELINES = {"percie-du-sert-2020": "Percie du Sert and colleagues (2020), PLoS Biology 18:e3000410"}
OPEN = "not stated: the laboratory must add it"
SEVERAL_OPEN = "are not stated: the laboratory must add them"
ASKS = {
    "1a": "The groups that were compared, including controls",
    "1b": "The experimental unit",
    "2a": "The number of units in each group and in total",
    "2b": "How the sample size was decided",
    "3a": "The criteria for excluding animals or values, and whether they were set in advance",
    "3b": "The animals or values excluded from each group, with reasons",
    "3c": "n of each group in each analysis",
    "4a": "Whether the animals were randomized, and the method",
    "4b": "Measures against confounders, such as the order of treatments and measurements, or cage location",
    "5": "Who was aware of the groups during allocation, treatment, measurement and analysis",
    "6a": "All outcome measures",
    "6b": "The primary outcome, which determined the sample size",
    "7a": "The statistical methods for each analysis, and the software",
    "7b": "Whether the data met the assumptions of the methods, and what was done if not",
    "8a": "Species, strain, sex, age or developmental stage, and weight of the animals",
    "8b": "Provenance of the animals, health, genetic modification and previous procedures",
    "9a": "What was done to each group, how, and with what materials",
    "9b": "When and how often it was done",
    "9c": "Where it was done, including housing and acclimatisation",
    "9d": "Why these procedures were used",
    "10a": "Summary statistics of each group, with a measure of variability",
    "10b": "Effect sizes with confidence intervals",
}


def arrive_answers(study: Study, results: pd.DataFrame) -> dict[str, str]:
    """The answer of protocol and cohort to each item of the Essential 10, or that it is not stated."""
    protocol, values = study.protocol, study.cohort.values
    rows = primary_results(study, results)
    groups = [group for key, group in protocol.groups.items() if (values["group"] == key).any()]
    measured = [key for key in protocol.endpoints if values.loc[values["endpoint"] == key, "lower"].notna().any()]
    claimed = listed(
        dict.fromkeys(lowercase_first(protocol.endpoints[claim.endpoint].label) for claim in protocol.claims.values())
    )
    timeline = "; ".join(f"{event.hour:g} h, {event.what}" for event in protocol.timeline)
    treatments = [f"{group.label}, {group.treatment}" for group in groups if group.treatment]
    known = {
        "1a": "; ".join(f"{group.label} ({group.role})" for group in groups),
        "1b": f"the {unit(study)}",
        "2a": _allocated(study),
        "3b": " ".join(losses(study)),
        "3c": "; ".join(groups_sentence(study, key) for key in measured),
        "4b": _recorded(study),
        "6a": _outcomes(study, measured),
        "6b": f"the protocol has no primary outcome: its claims are on {claimed}, each decided separately. The "
        f"outcome for the sample size is {OPEN}",
        "7a": f"claims were tested {planned_methods(study, rows)}; the methods paragraph gives the details. "
        f"Software: {software()}",
        "7b": _assumed(results),
        "8a": f"by the protocol, {protocol.species}. {_sexes(values)} Strain, age and weight of these animals "
        f"{SEVERAL_OPEN}",
        "9a": f"by the protocol: {'; '.join(treatments)}. Methods and materials {SEVERAL_OPEN}" if treatments else "",
        "9b": f"by the protocol: {timeline}. Other procedures and their times {SEVERAL_OPEN}" if timeline else "",
        "10a": "; ".join(_summary(study, key) for key in measured),
        "10b": _effects(rows),
    }
    return {item: known.get(item) or OPEN for item in ASKS}


def _allocated(study: Study) -> str:
    rows = pd.concat([study.cohort.values, study.cohort.excluded])
    total = units_counted(study, rows["animal"].nunique())
    return f"in the file, including deaths and exclusions: {by_group(study, rows)}; {total} in total"


def _recorded(study: Study) -> str:
    """The columns with possible confounders; empty if there are none."""
    block, values = study.protocol.block, study.cohort.values
    named = [column for column in ("cage", "batch", "plate") if column != block and (values[column] != "").any()]
    parts = [f"the planned tests compare within {block}"] if block else []
    if study.protocol.baseline is not None:
        parts.append(f"the planned tests adjust for the value at {study.protocol.baseline:g} h")
    parts += [f"the file states the {listed(named)} of animals, which no planned test uses"] if named else []
    return f"{'; '.join(parts)}. Other measures {SEVERAL_OPEN}" if parts else ""


def _outcomes(study: Study, measured: list[str]) -> str:
    """The endpoints with their units, and the time of sampling after those that were sampled."""
    named = {
        key: f"{study.protocol.endpoints[key].label}, {study.protocol.endpoints[key].unit}"
        for key in sorted(measured, key=study.protocol.is_survival)
    }
    survival = named.pop(study.protocol.survival, "")
    hour = study.protocol.sampling_hour
    when = [] if hour is None or not named else [f"sampled at {hour:g} h"]
    return "; ".join([*named.values(), *when, *filter(None, [survival])])


def _assumed(results: pd.DataFrame) -> str:
    analyses = set(results["analysis"])
    others = ["the authors' presumed test"] * ("published" in analyses) + ["a sensitivity analysis"] * (
        "multiverse" in analyses
    )
    verb = "show" if len(others) > 1 else "shows"
    shown = f"; {listed(others)} {verb} whether the result depends on its assumptions" if others else ""
    return f"the planned analysis is fixed by the protocol, without tests of its assumptions{shown}"


def _sexes(values: pd.DataFrame) -> str:
    counts = values[values["sex"] != ""].groupby("sex")["animal"].nunique()
    return (
        f"Sex in the file: {listed(f'{sex} {n}' for sex, n in counts.items())}."
        if len(counts)
        else "The file does not state the sex."
    )


def _summary(study: Study, endpoint: str) -> str:
    """Median and range of every group, as far as nondetects determine them."""
    rows = study.cohort.values[(study.cohort.values["endpoint"] == endpoint) & study.cohort.values["lower"].notna()]
    about, parts = study.protocol.endpoints[endpoint], []
    for key, group in study.protocol.groups.items():
        limits = rows.loc[rows["group"] == key, ["lower", "upper"]]
        if limits.empty:
            continue
        least, most = limits.sort_values(["lower", "upper"]).iloc[0], limits.sort_values(["upper", "lower"]).iloc[-1]
        middle, low, high = (_between(*pair) for pair in (limits.median(), least, most))
        parts.append(f"{group.label} {middle} ({low} to {high})")
    return f"{about.label}, {about.unit}, median (minimum to maximum): {', '.join(parts)}"


def _between(lower: float, upper: float) -> str:
    """A value, or the limits between which it lies."""
    if lower == upper:
        return number(lower)
    if lower == 0:
        return f"<{number(upper)}"
    return f">{number(lower)}" if math.isinf(upper) else f"between {number(lower)} and {number(upper)}"


def _effects(rows: pd.DataFrame) -> str:
    finite = rows["level"].notna() & rows["low"].notna() & rows["estimate"].notna()
    return (
        f"{listed(rows['effect'].unique())}, with an interval for {int(finite.sum())} of {len(rows)} planned contrasts"
    )
