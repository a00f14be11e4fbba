"""What each key of ``protocol.yml`` means and what reads it, for the JSON schema and the page of the book.

Types, defaults and examples are not stated here: they are taken from the models and from the protocols of the book.
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin

READS_EVIDENCE = "the table of assumptions"
EVIDENCE = {
    "evidence": ("The evidence for the number; `none` if it was chosen without.", READS_EVIDENCE),
    "sources": ("Keys of the sources of the evidence.", READS_EVIDENCE),
}
DECIMALS = ("The number of decimals of a simulated value.", "`secretome simulate`")
DISTRIBUTION = ("How the values of this endpoint are simulated.", "`secretome simulate`, `secretome power`")
GROUPS = ("The parameters of every group, by its key.", "`secretome simulate`, `secretome power`")
DRAWN = "`secretome simulate`, `secretome power`"
# By model and key: the meaning, and what reads it.
KEYS: dict[str, dict[str, tuple[str, str]]] = {
    "Protocol": {
        "key": ("The name of the study, and of its folder.", "every command"),
        "title": ("The heading of the study's page.", "pages, reports, the scoreboard"),
        "registered": ("The day on which the rules were fixed.", "the statement on what was known first"),
        "setting": ("Whether living animals or cells were studied.", "the methods paragraph, the scoreboard"),
        "species": ("The species, and its state.", "the methods paragraph, the ARRIVE table"),
        "experimental_unit": (
            "What was assigned to a group, such as an animal or a cage; n counts these.",
            "every sentence with n",
        ),
        "experimental_units": (
            "Its plural, if it is irregular; that of mouse, fish, sheep, larva and calf is known.",
            "every sentence with n",
        ),
        "design": ("Whether the groups are different animals or the same.", "the choice of tests"),
        "by": ("The column that makes the pairs.", "the reading of a cohort, paired tests"),
        "block": (
            "A column of cohort files, such as `sex`, `litter` or `day`, within which the planned tests compare.",
            "the reading of a cohort, planned tests",
        ),
        "unit": (
            "A column of cohort files, such as `cage`, whose animals are averaged to one value before any analysis.",
            "the reading of a cohort, every n",
        ),
        "scale": ("Whether groups are compared by ratios or differences, unless an endpoint states it.", "all tests"),
        "population": ("The animals to which results apply, such as survivors.", "results and verdicts"),
        "sampling_hour": ("The hour at which the animals were sampled.", "deaths, the figure of the design"),
        "time": (
            "The hour whose values are analysed, if cohort files have values of one animal at several.",
            "the reading of a cohort",
        ),
        "baseline": (
            "The hour whose values, measured before the treatment, are the covariate of the planned tests.",
            "the reading of a cohort, planned tests",
        ),
        "timeline": ("The events of the experiment.", "the figure of the design"),
        "cohort": ("The animals that the study's page shows.", "the page, `secretome rerun`"),
        "sources": ("The sources of claims and numbers, by keys of your choice.", "the table of sources"),
        "groups": ("The groups, by keys that a cohort file may use.", "the reading of a cohort, figures, tests"),
        "endpoints": ("What is measured, by keys that a cohort file may use as columns.", "the reading of a cohort"),
        "checks": ("What must hold for the claims to be tested.", "verdicts"),
        "claims": ("The claims, each by a key.", "verdicts"),
        "panels": ("Endpoints that were measured together, whose tests are one family.", "the planned analysis"),
        "slopes": ("Comparisons of two trends, which decide no claim.", "results"),
        "caveats": ("What is known against the claims.", "the page of the study"),
        "simulation": ("How animals are simulated.", DRAWN),
    },
    "OwnCohort": {
        "file": ("The file, relative to the study's folder.", "the page"),
        "source": ("The key of its source; simulated animals have none.", "the sentence on the cohort"),
        "public": (
            "When its data were made public: a year, a month or a day.",
            "the statement on what was known first",
        ),
    },
    "Source": {
        "citation": ("A key of `book/references.bib`; any word outside the book.", "the bibliography"),
        "text": ("The source in words.", "the table of sources"),
        "url": ("Its address.", "the table of sources"),
        "doi": ("Its DOI, without an address before it.", "the cards of published tables"),
        "licence": ("The licence of what was taken from it.", "the table of sources"),
    },
    "Group": {
        "label": ("The name in figures and sentences; a cohort file may use it too.", "figures, sentences"),
        "role": ("What the group is for; the treated groups have another colour.", "figures, `--effect`"),
        "treatment": ("What the group received.", "the table of groups, the methods paragraph"),
        "dose": ("The dose, a number.", "trends, the table of groups"),
        "dose_unit": ("The unit of the dose.", "the table of groups"),
        "route": ("The route; groups of one route share a figure.", "figures, the table of groups"),
    },
    "Endpoint": {
        "label": ("The name in figures and sentences; a cohort file may use it too.", "figures, sentences"),
        "unit": ("The unit; values in another unit of the same kind are converted.", "the reading of a cohort"),
        "kind": ("The kind of measurement, which decides the test.", "the planned analysis"),
        "scale": ("The scale of this endpoint, if it is not that of the protocol.", "all tests, figures"),
        "optional": ("Whether a cohort may have no values of it; its claims are then not asked.", "verdicts"),
        "lowest": ("The lowest possible value.", "the reading of a cohort"),
        "highest": ("The highest possible value.", "the reading of a cohort"),
        "worst": ("The end of the scale that dead animals are given.", "the sensitivity analysis"),
        "equivalence_margin": ("The effects between which a difference does not matter.", "verdicts, figures"),
    },
    "EquivalenceMargin": {
        "low": ("The lower margin: a ratio, or a difference below zero.", "verdicts, figures"),
        "high": ("The upper margin.", "verdicts, figures"),
        "reason": ("Why an effect between them does not matter.", "the page of the study"),
    },
    "Check": {
        "sentence": ("The check in words.", "the page of the study"),
        "endpoint": ("The key of its endpoint.", "verdicts"),
        "contrast": ("The groups, such as `t1 vs control`.", "verdicts"),
        "direction": ("The direction that is expected.", "verdicts"),
        "test": ("The test.", "verdicts"),
        "reason": ("Why this test, or why the check.", "the page of the study"),
    },
    "Claim": {
        "sentence": ("The claim in words.", "cards, verdicts, the scoreboard"),
        "endpoint": ("The key of its endpoint.", "verdicts"),
        "kind": (
            "Whether it is about one contrast, every contrast, no change, a trend, or an interaction.",
            "verdicts",
        ),
        "direction": ("The claimed direction.", "verdicts"),
        "contrast": ("The groups, such as `t1 vs control`; of a trend or an interaction, its name.", "verdicts"),
        "family": ("All contrasts that were compared; p is adjusted for their number.", "the planned analysis"),
        "panel": ("The key of the panel over which p is adjusted, instead of a family.", "the planned analysis"),
        "contrasts": ("The contrasts of a claim about every group or about no change.", "verdicts"),
        "doses": ("The groups of a trend, the lowest dose first.", "verdicts"),
        "effects": (
            "The two contrasts of an interaction, such as the effect in males and that in females.",
            "verdicts",
        ),
        "negligible": ("Whether an effect inside the margins contradicts the claim.", "verdicts"),
        "published_test": ("The test of the source.", "the published analysis"),
        "printed_range": ("The effects that the source prints.", "the comparison of magnitudes"),
        "source": ("The key of the source that makes the claim.", "the table of sources"),
    },
    "Panel": {
        "label": ("The name in figures and sentences.", "figures, sentences"),
        "endpoints": ("The keys of all endpoints that were measured, claimed or not.", "the planned analysis"),
        "contrasts": ("The contrasts of each endpoint, such as `t1 vs control`.", "the planned analysis"),
        "adjust": ("How p is adjusted for the number of tests.", "verdicts"),
    },
    "PublishedTest": {
        "method": ("The test that the authors name, or that is presumed.", "the published analysis"),
        "stated": ("What the source says about the test.", "the page of the study"),
    },
    "SlopeDifference": {
        "question": ("The question in words.", "the page of the study"),
        "endpoint": ("The key of its endpoint.", "results"),
        "contrast": ("A name, such as `trend im vs trend sc`.", "results"),
        "doses": ("The groups of the first trend.", "results"),
        "other_doses": ("The groups of the second trend.", "results"),
    },
    "Event": {
        "hour": ("The hour of the event.", "the figure of the design"),
        "what": ("What happens.", "the figure of the design"),
    },
    "Caveat": {
        "text": ("The caveat in words.", "the page of the study"),
        "source": ("The key of its source.", "the page of the study"),
    },
    "Simulation": {
        "n": ("Animals per group.", "`secretome simulate`"),
        "seed": ("The seed of the random numbers.", "`secretome simulate`"),
        "endpoints": ("The distribution of each endpoint.", DRAWN),
        "assumptions": ("Assumptions that are not numbers of a group.", READS_EVIDENCE),
        "scenarios": ("Other truths: what is changed in each.", DRAWN),
    },
    "Assumption": {"assumed": ("The assumption in words.", READS_EVIDENCE), **EVIDENCE},
    "Scenario": {
        "about": ("The scenario in words.", "the table of scenarios"),
        "centres": ("The means that are changed, by endpoint and group.", DRAWN),
        "cv": ("The coefficients of variation that are changed, by endpoint.", DRAWN),
        "deaths": ("Animals that die before sampling.", DRAWN),
    },
    "Deaths": {
        "of": ("The group size to which the counts refer.", DRAWN),
        "counts": ("The number of deaths by group.", DRAWN),
        "risk_rises_with": ("The endpoint with which the risk of death rises.", DRAWN),
        "hours": ("The hours at which animals die.", DRAWN),
        **EVIDENCE,
    },
    "Lognormal": {
        "distribution": DISTRIBUTION,
        "decimals": DECIMALS,
        "lloq": ("The lower limit of the assay.", DRAWN),
        "uloq": ("The upper limit of the assay.", DRAWN),
        "groups": GROUPS,
    },
    "LognormalGroup": {
        "geometric_mean": ("The geometric mean.", DRAWN),
        "cv": ("The coefficient of variation.", DRAWN),
        **EVIDENCE,
    },
    "PairedLognormal": {
        "distribution": DISTRIBUTION,
        "decimals": DECIMALS,
        "log_sd": ("The standard deviation of the logarithm of the first value.", DRAWN),
        "log_ratio_sd": ("The standard deviation of the logarithm of the ratio.", DRAWN),
        "groups": GROUPS,
    },
    "PairedGroup": {"geometric_mean": ("The geometric mean.", DRAWN), **EVIDENCE},
    "GammaPoisson": {
        "distribution": DISTRIBUTION,
        "cv": ("The coefficient of variation of the animals' means, without the error of counting.", DRAWN),
        "scaled_by": ("The factor from the count to the reported value.", DRAWN),
        "groups": GROUPS,
    },
    "Titre": {
        "distribution": DISTRIBUTION,
        "sd": ("The standard deviation in dilution steps.", DRAWN),
        "lowest": ("The lowest titre of the plate.", DRAWN),
        "highest": ("The highest titre of the plate.", DRAWN),
        "groups": GROUPS,
    },
    "BetaBinomial": {
        "distribution": DISTRIBUTION,
        "cv": ("The coefficient of variation, with the error of counting.", DRAWN),
        "cells": ("The number of cells counted per animal.", DRAWN),
        "groups": GROUPS,
    },
    "MeanGroup": {"mean": ("The mean: counts, dilution steps or per cent.", DRAWN), **EVIDENCE},
    "Normal": {"distribution": DISTRIBUTION, "decimals": DECIMALS, "groups": GROUPS},
    "NormalGroup": {"mean": ("The mean.", DRAWN), "sd": ("The standard deviation.", DRAWN), **EVIDENCE},
    "PairedNormal": {
        "distribution": DISTRIBUTION,
        "decimals": DECIMALS,
        "sd": ("The standard deviation of the first value.", DRAWN),
        "difference_sd": ("The standard deviation of the difference.", DRAWN),
        "groups": GROUPS,
    },
    "Weibull": {
        "distribution": DISTRIBUTION,
        "shape": ("The shape; 1 gives exponential times.", DRAWN),
        "until": ("The end of the experiment; animals alive then are censored.", DRAWN),
        "every": ("The time between visits, at which deaths are seen.", DRAWN),
        "groups": GROUPS,
    },
    "MedianGroup": {"median": ("The median survival.", DRAWN), **EVIDENCE},
    "PairedNormalGroup": {"mean": ("The mean.", DRAWN), **EVIDENCE},
}


@dataclass(frozen=True)
class KeyDoc:
    """A key of a protocol: its model, its type and default as written in YAML, its meaning, and what reads it."""

    model: str
    key: str
    type: str
    default: str
    meaning: str
    read_by: str


def key_docs() -> Iterator[KeyDoc]:
    """Every key of a protocol, model by model, from the protocol down to its parts.

    Examples
    --------
    >>> docs = list(key_docs())
    >>> docs[0].model, docs[0].key, docs[0].type, docs[0].default
    ('Protocol', 'key', 'text', 'required')
    """
    from secretome.protocol.models import Protocol

    # The list grows while it is read.
    models: list[type[Any]] = [Protocol]
    for model in models:
        for field in fields(model):
            # A key without a meaning fails a test, but not the command that is asked for the schema.
            meaning, read_by = KEYS.get(model.__name__, {}).get(field.name, ("", ""))
            yield KeyDoc(model.__name__, field.name, _type(field.type), _default(field), meaning, read_by)
            models += [part for part in dict.fromkeys(_models(field.type)) if part not in models]


def _models(annotation: Any) -> Iterator[type[Any]]:
    """The models that a type contains."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


PLAIN = {"str": "text", "float": "number", "int": "whole number", "bool": "true or false", "date": "date"}


def _type(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is None:
        name = getattr(annotation, "__name__", str(annotation))
        return PLAIN.get(name, name)
    if hasattr(annotation, "__metadata__"):
        return _type(parts[0])
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"by key: {_type(parts[1])}"
    if all(isinstance(part, str) for part in parts):
        return " or ".join(f"`{part}`" for part in parts)
    return " or ".join(_type(part) for part in parts if part is not type(None))


def _default(field: Field[Any]) -> str:
    if field.default_factory is not MISSING:
        return "none"
    if field.default is MISSING:
        return "required"
    if field.default in (None, "", ()):
        return "none"
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
