"""Sentences about cohorts, results and checks. Everything here is computed, so that it holds for any cohort."""

import math
from collections.abc import Sequence

import pandas as pd

from secretome.analysis import Method
from secretome.claims import adjusted, decided_together, decision_row
from secretome.claims.conditions import Condition, conditions
from secretome.cohort import Study
from secretome.protocol import Claim, EquivalenceMargin, Protocol, sides
from secretome.report.text.conditions import untestable_reason
from secretome.report.text.effects import claim_effect_words, effect_words, margin_words
from secretome.report.text.numbers import (
    Row,
    bracket_p,
    count,
    effect,
    interval,
    lowercase_first,
    number,
    p_number,
    p_value,
    ratio,
    simultaneous_interval,
)

ORIGIN = {
    "simulated": "simulated, no animal was measured",
    "published-summary": "reconstructed from published summaries",
    "published-individual": "published individual data",
    "measured": "measured, because the file states no other origin",
}
LETTERS = {
    Method.MANN_WHITNEY: "U",
    Method.MANN_WHITNEY_ASYMPTOTIC: "U",
    Method.SIGNED_RANK: "W",
    Method.DUNN: "z",
    Method.LOGRANK: "χ²",
    Method.LOGRANK_MIDP: "χ²",
    Method.LOGRANK_ASYMPTOTIC: "χ²",
    Method.CHI_SQUARE: "χ²",
    Method.COX: "likelihood-ratio z",
    Method.RESTRICTED_MEAN: "z",
    Method.TOST_HAZARD_RATIO: "likelihood-ratio z",
    Method.JONCKHEERE: "J",
    Method.VAN_ELTEREN: "van Elteren's T",
}


# Rank sums are whole or half numbers.
RANK_SUMS = ("U", "W", "J")


def unit(study: Study) -> str:
    """The experimental unit, marked as simulated if it is."""
    return f"{_simulated(study)}{study.protocol.experimental_unit}"


def units(study: Study) -> str:
    """The plural of `unit`."""
    return f"{_simulated(study)}{study.protocol.units}"


def units_counted(study: Study, n: int) -> str:
    """A number of experimental units, in words."""
    return f"{n} {unit(study) if n == 1 else units(study)}"


def against(study: Study, contrast: str) -> str:
    """A contrast in words; for a trend, the groups in the order of their doses."""
    for claim in study.protocol.claims.values():
        if claim.over_doses and claim.contrast == contrast:
            return f"trend over {', '.join(study.protocol.groups[group].label for group in claim.doses)}"
        if claim.of_effects and claim.contrast == contrast:
            first, second = (against(study, effect) for effect in claim.effects)
            return f"the effect of {first} compared with that of {second}"
    for slopes in study.protocol.slopes.values():
        if slopes.contrast == contrast:
            series, other = (
                ", ".join(study.protocol.groups[group].label for group in groups)
                for groups in (slopes.doses, slopes.other_doses)
            )
            return f"the slope over {series} against that over {other}"
    treated, control = (study.protocol.groups[side].label for side in sides(contrast))
    # A drug keeps its capital.
    name = control if study.protocol.groups[sides(contrast)[1]].role == "reference" else lowercase_first(control)
    return f"{treated} against {name}"


def result_sentence(study: Study, row: Row) -> str:
    """One result as a journal wants it: test, n, statistic, p, effect with interval."""
    endpoint = study.protocol.endpoints[row["endpoint"]]
    paired = study.protocol.design == "paired"
    subject = (
        endpoint.label
        if paired and len(study.protocol.contrasts_of()) == 1
        else f"{endpoint.label}, {against(study, row['contrast'])}{population(study, row['endpoint'], ', {}')}"
    )
    n = f"{row['n_treated']} and {units_counted(study, row['n_control'])}"
    if paired:
        n = count(row["n_treated"], "pair")
    elif not set(sides(row["contrast"])) <= set(study.protocol.groups):
        n = f"{row['n_treated']} {units(study)} or more per group"
    if math.isnan(row["pvalue"]):
        few = min(row["n_treated"], row["n_control"]) < 2
        why = (
            "there are too few values"
            if few
            else "the change does not vary"
            if paired
            else "the values do not vary, or one is zero or beyond a limit"
            if row["test"] in (Method.INTERACTION, Method.TOST_INTERACTION)
            else "the values do not vary, or cannot be ordered"
        )
        rest = "" if math.isnan(row["estimate"]) else f"; {effect(row, endpoint.unit)}"
        return f"{subject}: {row['method']}, n = {n}, not computed, because {why}{rest}."
    letter = LETTERS.get(row["test"], "t")
    # A rank sum is a whole or half number and is printed as it is.
    sums = letter in RANK_SUMS
    statistic = f"{row['statistic']:g}" if sums else number(row["statistic"])
    if letter == "t" and not math.isnan(row["df"]):
        # The statistic of the model is a likelihood ratio on the scale of a t statistic.
        letter = f"{'likelihood-ratio ' if row['test'] == Method.CENSORED_MODEL else ''}t({row['df']:.3g})"
    p = bracket_p(used := decision_row(study.protocol, row))
    nondetects = f", {count(row['censored'], 'nondetect')}" if row["censored"] else ""
    if endpoint.kind == "survival":
        nondetects = f", {count(row['n_treated'] + row['n_control'] - row['censored'], 'death')}"
    shown = "" if math.isnan(row["statistic"]) else f", {letter} = {statistic}"
    text = f"{subject}: {row['method']}, n = {n}{nondetects}{shown}, {p}; {effect(used, endpoint.unit)}"
    return f"{text}{_on_its_own(study, row)}."


def _on_its_own(study: Study, row: Row) -> str:
    """The adjusted p and simultaneous interval of a contrast, for a claim that needs several."""
    if row["analysis"] != "planned" or not decided_together(study.protocol, row) or math.isnan(row["pvalue_adjusted"]):
        return ""
    return f"; for this group on its own: {simultaneous_interval(row, named=True)}, {bracket_p(adjusted(row))}"


def margin_phrase(margin: EquivalenceMargin) -> str:
    """The equivalence margins and their reason."""
    return f"{margin_words(margin)}: {margin.reason}"


def cohort_sentence(study: Study) -> str:
    """The number of animals, their file or source, and the origin of the data."""
    cohort, protocol = study.cohort, study.protocol
    animals = cohort.values["animal"].nunique()
    who = protocol.experimental_unit if animals == 1 else protocol.units
    origin = ORIGIN[cohort.origin]
    if cohort.scenario or cohort.seed:
        origin += f" (scenario {cohort.scenario or 'not stated'}, seed {cohort.seed or 'not stated'})"
    if protocol.cohort.source and cohort.path.name == protocol.cohort.file.rpartition("/")[2] and study.source_data:
        source = protocol.sources[protocol.cohort.source]
        return f"{animals} {who} of {source.text}; {origin}."
    return f"{animals} {who} from the file {cohort.path.name}; {origin}."


def groups_sentence(study: Study, endpoint: str, groups: Sequence[str] | None = None) -> str:
    """The number of values in each group, or in those given, and of animals without one, with the reason."""
    rows = study.cohort.values[study.cohort.values["endpoint"] == endpoint]
    parts = []
    for key in study.protocol.groups if groups is None else groups:
        group = study.protocol.groups[key]
        members = rows[rows["group"] == key]
        known, dead = int(members["lower"].notna().sum()), int(members["dead"].sum())
        lost = [f"{dead} died before sampling"] if dead else []
        if (missing := len(members) - known - dead) > 0:
            lost.append(f"{missing} without a value")
        parts.append(f"{group.label} {known}" + (f" ({', '.join(lost)})" if lost else ""))
    if study.protocol.is_survival(endpoint):
        label = study.protocol.endpoints[endpoint].label
        return f"{label}, {units(study)} whose survival is known: {'; '.join(parts)}"
    return f"{study.protocol.endpoints[endpoint].label}, {units(study)} with a value: {'; '.join(parts)}"


def censoring_sentence(study: Study, endpoint: str) -> str:
    """The number of values beyond the limits of the assay in each group, and the limits; of survival, the deaths."""
    about = study.protocol.endpoints[endpoint]
    if about.kind == "survival":
        return deaths_by_group(study, endpoint)
    rows = study.cohort.values[study.cohort.values["endpoint"] == endpoint]
    rows = rows[rows["lower"] < rows["upper"]]
    if rows.empty:
        return f"{about.label}: all values are within the limits of the assay"
    limits = sorted({f"below {upper:g}" for upper in rows.loc[rows["lower"] == 0, "upper"]})
    limits += sorted({f"above {lower:g}" for lower in rows.loc[rows["lower"] > 0, "lower"]})
    groups = [
        f"{group.label} {n}" for key, group in study.protocol.groups.items() if (n := int((rows["group"] == key).sum()))
    ]
    return f"{about.label}: {count(len(rows), 'value')} {' or '.join(limits)} {about.unit} ({', '.join(groups)})"


def deaths_by_group(study: Study, endpoint: str) -> str:
    """The number of deaths in each group, and until when the others were seen alive."""
    about = study.protocol.endpoints[endpoint]
    rows = study.cohort.values[(study.cohort.values["endpoint"] == endpoint) & study.cohort.values["lower"].notna()]
    alive = rows[rows["value"].isna()]
    parts = []
    for key, group in study.protocol.groups.items():
        own = rows[rows["group"] == key]
        parts.append(f"{group.label} {int(own['value'].notna().sum())} of {len(own)}")
    lasts = sorted(set(alive["lower"]))
    seen = f"{lasts[0]:g}" if len(lasts) == 1 else f"{lasts[0]:g} to {lasts[-1]:g}" if lasts else ""
    until = f"; the others were alive when last seen, at {seen} {about.unit}" if seen else ""
    return f"{about.label}, deaths: {'; '.join(parts)}{until}"


def pairs_sentence(study: Study, claim: Claim, contrast: str = "") -> str:
    """The number of pairs that rise and that fall, and the number of incomplete pairs."""
    pairs = study.pairs(claim.endpoint, *sides(contrast or claim.contrast))
    complete = pairs.dropna()
    rises = int((complete["treated"] > complete["control"]).sum())
    falls = int((complete["treated"] < complete["control"]).sum())
    what = "percentage" if study.protocol.endpoints[claim.endpoint].unit.startswith("%") else "value"
    text = f"the {what} rises in {rises} of {units_counted(study, len(complete))} and falls in {falls}"
    unchanged = len(complete) - rises - falls
    if unchanged:
        text += f"; it is unchanged in {unchanged}"
    incomplete = len(pairs) - len(complete)
    return text + (f"; {units_counted(study, incomplete)} without both values excluded" if incomplete else "")


def min_pvalue_sentence(study: Study, row: Row, alpha: float) -> str:
    """The minimum attainable p-value for these groups or pairs, compared with alpha and the observed p."""
    label = study.protocol.endpoints[row["endpoint"]].label
    if study.protocol.design == "paired":
        who = f"{row['n_treated']} pairs, with their ties and unchanged values,"
    else:
        label += f", {against(study, row['contrast'])}"
        who = f"groups of {row['n_treated']} and {row['n_control']}, with their ties,"
        if " vs " not in row["contrast"]:
            who = "these groups, with their ties,"
    if math.isnan(row["pvalue"]):
        return f"{label}: no p can be computed, because there are too few values or they cannot be ordered."
    if math.isnan(row["min_pvalue"]):
        return (
            f"{label}: there are so many values that the permutations were not counted; the minimum attainable p is "
            "very small."
        )
    minimum = p_number(row["min_pvalue"])
    if row["min_pvalue"] > alpha:
        ending = f"It is above {alpha:g}, so this test cannot be significant with any data"
    elif math.isclose(row["min_pvalue"], row["pvalue"]):
        ending = "The observed p of this test equals it, so a larger effect could not make p smaller"
    else:
        ending = "The observed p of this test is larger"
    return f"{label}: the minimum attainable p of {who} is {minimum}. {ending}."


def check_sentence(study: Study, row: Row) -> str:
    """A check of the experiment, its outcome, and the consequence for the claims."""
    check = study.protocol.checks[row["check"]]
    endpoint = study.protocol.endpoints[check.endpoint].label
    consequence = {
        "passed": "",
        "not shown": (
            f" It is not shown that the experiment is valid, so interpret the verdicts on {endpoint} with caution."
        ),
        "failed": f" The claims on {endpoint} cannot be tested with these animals.",
        "absent": (
            f" It is unknown whether the experiment is valid, so interpret the verdicts on {endpoint} with caution."
        ),
    }[row["outcome"]]
    rests = f" ({basis(study, row)}, {p_value(row['pvalue'])})" if not math.isnan(row["pvalue"]) else ""
    return f"{check.sentence} {row['outcome'].capitalize()}: {row['reason']}{rests}.{consequence}"


def caveats(study: Study) -> list[str]:
    """The caveats of the study, each with its source."""
    return [f"{caveat.text} ({study.protocol.sources[caveat.source].text})" for caveat in study.protocol.caveats]


def deaths_sentence(study: Study) -> str:
    """The deaths before sampling in each group and their consequence for the verdicts; empty if there are none."""
    animals = study.cohort.values.drop_duplicates("animal")
    if not animals["dead"].any():
        return ""
    parts = []
    for key, group in study.protocol.groups.items():
        members = animals[animals["group"] == key]
        parts.append(f"{group.label} {int(members['dead'].sum())} of {len(members)}")
    which = " on measured values" if study.protocol.survival else ""
    return (
        f"{units(study).capitalize()} that died before sampling: {'; '.join(parts)}. The verdicts{which} compare the "
        "survivors. If a treatment changes which animals survive, its effect on the values cannot be separated from "
        "its effect on survival."
    )


def scenario_words(protocol: Protocol, scenario: str) -> str:
    """What a scenario assumes about the animals; its key if the protocol does not describe it."""
    known = protocol.simulation.scenarios if protocol.simulation else {}
    return known[scenario].about if scenario in known else scenario


def simulated_sentence(study: Study) -> str:
    """Whether the animals are simulated, and the scenario."""
    units = study.protocol.units
    if study.cohort.origin != "simulated":
        return f"The {units} of this cohort are not simulated, and the assumptions below do not apply to them."
    if (
        study.cohort.scenario
        and study.protocol.simulation
        and study.cohort.scenario in study.protocol.simulation.scenarios
    ):
        scenario = study.cohort.scenario
        about = study.protocol.simulation.scenarios[scenario].about
        return f"The {units} of this cohort are simulated in the scenario '{scenario.replace('_', ' ')}': {about}."
    return f"The {units} of this cohort are simulated; the file does not state a scenario listed below."


def cohort_status_sentence(study: Study, verdicts: pd.DataFrame, found: Sequence[Condition] | None = None) -> str:
    """Whether the verdicts of this cohort count as tests of the claims, with the reason.

    If the conditions `found` in the cohort are not given, they are calculated from its animals.
    """
    if study.source_data:
        which = (
            "The cohort contains data from which the claims were derived."
            if study.protocol.claims_from_cohort
            else "The data of this cohort were public when the claims of the study were chosen."
        )
        return f"{which} The verdicts are marked as source data and never counted as a test of the claims."
    if study.cohort.origin == "simulated":
        return "The cohort is simulated. Its verdicts test the method, not the claims, and are never counted."
    if (verdicts["verdict"] == "untestable").all():
        return "None of the claims can be tested with this cohort, so it is not a test of them."
    if study.cohort.origin != "measured":
        return (
            f"The data are {ORIGIN[study.cohort.origin]}, so the verdicts are not a new test of the claims and are "
            "never counted."
        )
    if verdicts["protocol_altered"].any():
        what = "animals were excluded" if not study.cohort.excluded.empty else "another error rate was used"
        return f"The protocol was altered: {what}. The verdicts are shown but never counted as a test of the claims."
    return (
        untestable_reason(conditions(study) if found is None else found)
        or "The cohort is new to the claims, so its verdicts are a test of them."
    )


def unpaired_sentence(study: Study, claim: Claim, welch: float, ranks: float) -> str:
    """The p-values of unpaired tests, which are not valid for paired data."""
    label = study.protocol.endpoints[claim.endpoint].label
    return f"{label}: Welch's t on logs {p_value(welch)}, exact Mann-Whitney {p_value(ranks)}"


def _simulated(study: Study) -> str:
    return "simulated " if study.cohort.origin == "simulated" else ""


def population(study: Study, endpoint: str, words: str = "{}: ") -> str:
    """The animals to which results on an endpoint apply, in these words; survival is that of all animals."""
    stated = study.protocol.population
    return words.format(stated) if stated and not study.protocol.is_survival(endpoint) else ""


def basis(study: Study, row: Row) -> str:
    """The effect on which a verdict or the outcome of a check is based, and the population to which it applies."""
    protocol = study.protocol
    source = protocol.checks[row["check"]] if "check" in row else protocol.claims[row["claim"]]
    words = (
        claim_effect_words(protocol, source)
        if isinstance(source, Claim)
        else effect_words(protocol.endpoints[source.endpoint])
    )
    size = f"{number(row['estimate'])}{words.unit}, {interval(row)}" if not math.isnan(row["estimate"]) else ratio(row)
    return f"{population(study, source.endpoint)}{words.name} {size}"
