"""The Essential 10 of the ARRIVE guidelines 2.0 (Percie du Sert et al., 2020): each item, and what is known of it."""

import math

import pandas as pd

from secretome.claims import primary_results
from secretome.cohort import Study
from secretome.report.text.methods import by_group, listed, losses, planned_methods, software
from secretome.report.text.numbers import lowercase_first, number
from secretome.report.text.sentences import groups_sentence, unit, units_counted

# A citation key of the book and its source in words, for a report, which travels without the book's references.
GUIDELINES = {"percie-du-sert-2020": "Percie du Sert and colleagues (2020), PLoS Biology 18:e3000410"}
OPEN = "not stated: the laboratory must add it"
ASKS = {
    "1a": "Which groups were compared, and which of them are controls",
    "1b": "What the experimental unit was",
    "2a": "How many units each group had, and how many there were in all",
    "2b": "Why that many",
    "3a": "By which rules animals or values were to be left out, and whether these were set beforehand",
    "3b": "Who or what was left out of each group, and why",
    "3c": "n of each group in each analysis",
    "4a": "Whether chance decided who got which treatment, and how it was drawn",
    "4b": "What was done against confounders: the order of treatments and measurements, the place of cages",
    "5": "Who knew the groups while animals were allocated, treated, measured and analysed",
    "6a": "What was measured",
    "6b": "Which outcome was the main one, and set the sample size",
    "7a": "Which statistics were used for which question, with which software",
    "7b": "Whether the data met what the methods assume, and what was done where they did not",
    "8a": "Species, strain, sex, age or stage, and weight of the animals",
    "8b": "Where the animals came from, their health, genes and earlier procedures",
    "9a": "What was done to each group, how, and with what",
    "9b": "When it was done, and how often",
    "9c": "Where it was done, housing and getting used to it included",
    "9d": "Why it was done so",
    "10a": "Each group's results in summary, with how much they vary",
    "10b": "How large the effects are, with confidence intervals",
}


def arrive_answers(study: Study, results: pd.DataFrame) -> dict[str, str]:
    """Each item of the Essential 10, with what protocol and cohort answer, or that they leave it open."""
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
        "6a": "; ".join(f"{protocol.endpoints[key].label}, {protocol.endpoints[key].unit}" for key in measured)
        + _when(study),
        "6b": f"the protocol has no main outcome: its claims are on {claimed}, each decided by itself. What "
        f"set the sample size is {OPEN}",
        "7a": f"claims were tested {planned_methods(study, rows)}; the methods paragraph says the rest. "
        f"Software: {software()}",
        "7b": _assumed(results),
        "8a": f"by the protocol, {protocol.species}. {_sexes(values)} Strain, and these animals' own age and "
        f"weight: {OPEN}",
        "9a": f"by the protocol: {'; '.join(treatments)}. How, and with what: {OPEN}" if treatments else "",
        "9b": f"by the protocol: {timeline}. Whatever else was done, and when: {OPEN}" if timeline else "",
        "10a": "; ".join(_summary(study, key) for key in measured),
        "10b": _effects(rows),
    }
    return {item: known.get(item) or OPEN for item in ASKS}


def _allocated(study: Study) -> str:
    rows = pd.concat([study.cohort.values, study.cohort.excluded])
    total = units_counted(study, rows["animal"].nunique())
    return f"in the file, whoever died or was excluded counted too: {by_group(study, rows)}; {total} in all"


def _recorded(study: Study) -> str:
    """Columns that could tell of confounders; nothing where there are none."""
    named = [column for column in ("cage", "batch", "plate") if (study.cohort.values[column] != "").any()]
    return (
        f"the file names the {listed(named)} of animals, and no planned test uses it. What else was done: {OPEN}"
        if named
        else ""
    )


def _when(study: Study) -> str:
    return "" if study.protocol.sampling_hour is None else f"; sampled at {study.protocol.sampling_hour:g} h"


def _assumed(results: pd.DataFrame) -> str:
    analyses = set(results["analysis"])
    beside = ["the authors' test"] * ("published" in analyses) + ["every other reasonable analysis"] * (
        "multiverse" in analyses
    )
    shown = f", and {listed(beside)} beside the planned one shows what hangs on its assumptions" if beside else ""
    return f"the planned analysis is the protocol's; no test of its assumptions chose it{shown}"


def _sexes(values: pd.DataFrame) -> str:
    counts = values[values["sex"] != ""].groupby("sex")["animal"].nunique()
    return (
        f"Sex in the file: {listed(f'{sex} {n}' for sex, n in counts.items())}."
        if len(counts)
        else "The file names no sex."
    )


def _summary(study: Study, endpoint: str) -> str:
    """Median and range of every group, as far as values beyond a limit determine them."""
    rows = study.cohort.values[(study.cohort.values["endpoint"] == endpoint) & study.cohort.values["lower"].notna()]
    about, parts = study.protocol.endpoints[endpoint], []
    for key, group in study.protocol.groups.items():
        own = rows.loc[rows["group"] == key, ["lower", "upper"]]
        if own.empty:
            continue
        least, most = own.sort_values(["lower", "upper"]).iloc[0], own.sort_values(["upper", "lower"]).iloc[-1]
        middle, low, high = (_between(*pair) for pair in (own.median(), least, most))
        parts.append(f"{group.label} {middle} ({low} to {high})")
    return f"{about.label}, {about.unit}, median (least to most): {', '.join(parts)}"


def _between(lower: float, upper: float) -> str:
    """A value as far as it is known."""
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
