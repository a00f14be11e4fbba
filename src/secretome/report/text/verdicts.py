"""Sentences about verdicts, with the p-values and intervals of the verdict's row."""

import math
from collections.abc import Iterator

from secretome.claims import Decision, Rule
from secretome.cohort import Study
from secretome.protocol import Claim, Protocol, sides
from secretome.report.text.answers import group_sizes
from secretome.report.text.effects import claim_effect_words
from secretome.report.text.numbers import (
    Row,
    bracket_p,
    bracket_value,
    interval,
    number,
    p_number,
    p_value,
    percent,
    ratio,
)
from secretome.report.text.sentences import against, basis, population, units

# The reason for a different verdict by the published test, for each rule of the planned verdict.
DIFFERENCES = {
    Rule.NO_SPREAD: "that test does not need an estimate of the spread",
    Rule.NO_SPREAD_OF_PAIRS: "that test does not need an estimate of the spread",
    Rule.SMALL: "that test does not use the equivalence margins",
    Rule.SOME_SMALL: "that test does not use the equivalence margins",
    Rule.NEGLIGIBLE: "that test does not use the equivalence margins",
    Rule.SOME_NEGLIGIBLE: "that test does not use the equivalence margins",
    Rule.ALL_EQUIVALENT: "that test is for any difference, however small",
    Rule.DOSE_REVERSAL: "that test does not compare neighbouring doses",
}


def verdict_sentence(study: Study, verdict: Row) -> str:
    """A verdict with the rule that decided it and its evidence, as a sentence for a report."""
    claim = study.protocol.claims[verdict["claim"]]
    simulated = f" in {units(study)}" if study.cohort.origin == "simulated" else ""
    evidence = _evidence(study, claim, verdict)
    text = (
        f"{claim.sentence} {verdict['verdict'].capitalize()}{simulated}: "
        f"{verdict['reason']}{f' ({evidence})' if evidence else ''}."
    )
    published = verdict["verdict_as_published"]
    if published not in (verdict["verdict"], Decision.NOT_ANALYSED):
        text += f" By the authors' presumed test, {published}: {_why_they_differ(verdict)}."
    return text


def verdict_p(protocol: Protocol, verdict: Row) -> str:
    """The p that decided a verdict, as a table shows it: adjusted, the largest of several, or of equivalence.

    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> verdict = adjudicate(study, analyse(study, ("planned",))).iloc[0]
    >>> verdict_p(study.protocol, verdict)
    '0.000895'
    """
    claim, p = protocol.claims[verdict["claim"]], p_number(bracket_value(verdict))
    if math.isnan(verdict["pvalue"]):
        return p
    kinds = (_which_p(protocol, claim, verdict), "equivalence" if _is_of_equivalence(claim, verdict) else "")
    return " ".join(part for part in (", ".join(filter(None, kinds)), p) if part)


def card_effect(study: Study, verdict: Row) -> str:
    """The effect that decides a verdict, with its interval, and the group or the doses that it compares.

    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> card_effect(study, adjudicate(study, analyse(study, ("planned",))).iloc[0])
    'Ratio 1.51 (95 % interval 1.23 to 1.85)'
    """
    size = named_effect(study.protocol, verdict)
    if not size:
        return ""
    claim = study.protocol.claims[verdict["claim"]]
    compared = f"Deciding group, {_treated(study, verdict['contrast'])}: " if claim.together else ""
    if claim.over_doses:
        compared = "Highest against lowest dose: "
    shown = f"{compared}{size}"
    return f"{shown[0].upper()}{shown[1:]}"


def named_effect(protocol: Protocol, verdict: Row) -> str:
    """The effect that decides a verdict, with its name, unit and interval; empty if it cannot be estimated.

    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("tooth_growth")
    >>> named_effect(study.protocol, adjudicate(study, analyse(study, ("planned",))).iloc[0])
    'difference 12.8 units (95 % interval 9.32 to 16.3)'
    """
    words = claim_effect_words(protocol, protocol.claims[verdict["claim"]])
    size = ratio(verdict, words.unit)
    return "" if size == "not estimable" else f"{words.short} {size}"


def card_evidence(study: Study, verdict: Row) -> str:
    """The p that decides a verdict, with its kind, and the number of values; the reason where there is no p.

    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> card_evidence(study, adjudicate(study, analyse(study, ("planned",))).iloc[0])
    'p = 0.000895; n = 12 pairs'
    """
    claim = study.protocol.claims[verdict["claim"]]
    sizes = group_sizes(study, claim)
    if math.isnan(bracket_value(verdict)):
        reason = verdict["reason"]
        return f"{reason[0].upper()}{reason[1:]}; {sizes}"
    p = _p_with_kind(study.protocol, claim, verdict)
    # The symbol p is never written with a capital.
    return f"{p if p.startswith(('p =', 'p <')) else p[0].upper() + p[1:]}; {sizes}"


def _p_with_kind(protocol: Protocol, claim: Claim, verdict: Row) -> str:
    """The p of a verdict, called adjusted, the largest of several, or of equivalence if it is."""
    name = "p of equivalence" if _is_of_equivalence(claim, verdict) else "p"
    return p_value(bracket_value(verdict), " ".join(filter(None, (_which_p(protocol, claim, verdict), name))))


def _which_p(protocol: Protocol, claim: Claim, verdict: Row) -> str:
    """Whether the p of a verdict is adjusted, or the largest of several; empty if neither."""
    if not math.isnan(verdict["pvalue_adjusted"]):
        return "adjusted"
    decision = Rule(verdict["rule"]).decision
    open_or_supported = decision in (Decision.SUPPORTED, Decision.INCONCLUSIVE)
    return "largest" if claim.together and open_or_supported and _goes_back(protocol, claim, verdict) is False else ""


def _is_of_equivalence(claim: Claim, verdict: Row) -> bool:
    """Whether the p of a verdict is that of a test of equivalence."""
    rule = verdict["rule"]
    return bool(rule == Rule.SOME_NEGLIGIBLE or (claim.is_equivalence and rule != Rule.SOME_OUTSIDE))


def _goes_back(protocol: Protocol, claim: Claim, verdict: Row) -> bool | None:
    """Whether the group that decides a claim about every group changes in the opposite direction; None if unknown."""
    if not claim.together or claim.direction is None:
        return False
    low, high = (verdict["estimate"],) * 2 if not math.isnan(verdict["estimate"]) else (verdict["low"], verdict["high"])
    none = protocol.endpoints[claim.endpoint].equivalence_margin.no_difference
    if low > none or high < none:
        # A longer survival is a lower hazard ratio.
        return bool((low > none) != (claim.rises != protocol.is_survival(claim.endpoint)))
    return None


def _evidence(study: Study, claim: Claim, verdict: Row) -> str:
    """The p-values and intervals on which a verdict is based."""
    if claim.together:
        return _evidence_of_several(study, claim, verdict)
    effect = claim_effect_words(study.protocol, claim)
    if math.isnan(bracket_value(verdict)):
        evidence = (
            ""
            if math.isnan(verdict["estimate"])
            else f"{effect.name} {number(verdict['estimate'])}{effect.unit}, {interval(verdict)}"
        )
    else:
        evidence = f"{basis(study, verdict)}, {bracket_p(verdict)}"
    return "; ".join(part for part in (evidence, *_more_evidence(study, verdict)) if part)


def _evidence_of_several(study: Study, claim: Claim, verdict: Row) -> str:
    """The same for a claim about several contrasts, each named by its group."""
    name, effect = _treated(study, verdict["contrast"]), claim_effect_words(study.protocol, claim)
    if verdict["rule"] == Rule.SOME_TOO_FEW:
        return name
    if math.isnan(bracket_value(verdict)):
        return f"{name}: no p" if Rule(verdict["rule"]).decision is Decision.INCONCLUSIVE else name
    p = _p_with_kind(study.protocol, claim, verdict)
    simultaneous = "" if math.isnan(verdict["pvalue_adjusted"]) else "simultaneous "
    size = (
        ratio(verdict)
        if math.isnan(verdict["estimate"])
        else f"{number(verdict['estimate'])}{effect.unit}, {simultaneous}{interval(verdict)}"
    )
    first = f"{p} in {name}: {effect.name} {size}"
    if _goes_back(study.protocol, claim, verdict) and not simultaneous:
        first = f"{name} has an effect in the opposite direction: {effect.name} {size}, {p}"
    return "; ".join([f"{population(study, claim.endpoint)}{first}", *_more_evidence(study, verdict)])


def _more_evidence(study: Study, verdict: Row) -> Iterator[str]:
    """Further evidence for a rule: a limit that all groups exceed, a contrary dose step, or a negligible effect."""
    claim, rule = study.protocol.claims[verdict["claim"]], verdict["rule"]
    effect = claim_effect_words(study.protocol, claim)
    if claim.together and not math.isnan(verdict["bound"]):
        limit, interval_of_it = number(verdict["bound"]), interval(_named(verdict, "bound"))
        which = (
            f"the smallest lower {percent(verdict['level'])} limit"
            if claim.rises != study.protocol.is_survival(claim.endpoint)
            else f"the largest upper {percent(verdict['level'])} limit"
        )
        if verdict["bound_contrast"] == verdict["contrast"]:
            yield f"{which} is {limit}, in the same group"
        else:
            of = f"{_treated(study, verdict['bound_contrast'])}: {number(verdict['bound_estimate'])}, {interval_of_it}"
            yield f"{which} is {limit} ({of})"
    if rule == Rule.DOSE_REVERSAL:
        step = _named(verdict, "bound")
        yield (
            f"{against(study, verdict['bound_contrast'])}: {effect.name} {number(step['estimate'])}{effect.unit}, "
            f"{interval(step)}"
        )
    if rule in (Rule.NEGLIGIBLE, Rule.SMALL, Rule.SOME_SMALL) and not math.isnan(verdict["equivalence_pvalue"]):
        name = "" if not claim.together else f"{_treated(study, verdict['equivalence_contrast'])}: "
        p = p_value(verdict["equivalence_pvalue"], "p of equivalence")
        yield f"{name}{interval(_named(verdict, 'equivalence'))}, {p}"


def _named(verdict: Row, name: str) -> dict[str, float]:
    """The estimate and interval in the columns of a verdict that begin with a name."""
    return {column: float(verdict.get(f"{name}_{column}", math.nan)) for column in ("estimate", "low", "high", "level")}


def _treated(study: Study, contrast: str) -> str:
    return study.protocol.groups[sides(contrast)[0]].label


def _why_they_differ(verdict: Row) -> str:
    rule = verdict["rule"]
    if verdict["verdict_as_published"] == "untestable":
        return "with these values the minimum attainable p of that test is above the error rate"
    if rule in DIFFERENCES:
        return DIFFERENCES[rule]
    if rule == Rule.MIN_PVALUE:
        return "that test does not adjust for the other claims of its family"
    if rule == Rule.UNORDERED:
        return "that test ties other values"
    return "one of the two p-values is above the error rate and the other is not"
