"""What a page opens with: the verdicts in one sentence, and the number of animals behind each claim."""

import pandas as pd

from secretome.claims import Decision
from secretome.cohort import Study
from secretome.protocol import Claim, sides
from secretome.report.text.numbers import count
from secretome.report.text.sentences import units_counted

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def answer_sentence(study: Study, verdicts: pd.DataFrame) -> str:
    """The number of claims with each verdict, in one sentence.

    Parameters
    ----------
    study : Study
        A protocol with a cohort.
    verdicts : DataFrame
        What `adjudicate` returned for it.

    Returns
    -------
    str

    Examples
    --------
    >>> from secretome import adjudicate, analyse, load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> answer_sentence(study, adjudicate(study, analyse(study, ("planned",))))
    'In the values of 12 donors, both claims are supported.'
    """
    animals = study.cohort.values["animal"].nunique()
    who = f"In the values of {units_counted(study, animals)}"
    counts = {decision: int((verdicts["verdict"] == decision).sum()) for decision in Decision}
    given = [(str(decision), n) for decision, n in counts.items() if n and decision != Decision.NOT_ANALYSED]
    total = len(verdicts)
    if len(given) == 1:
        verdict = given[0][0]
        claims = {1: "the claim is", 2: "both claims are"}.get(total, f"all {_words(total)} claims are")
        return f"{who}, {claims} {verdict}."
    of = f" of {_words(total)} claims"
    parts = [
        f"{_words(n)}{'' if place else of} {'is' if n == 1 else 'are'} {verdict}"
        for place, (verdict, n) in enumerate(given)
    ]
    return f"{who}, {', '.join(parts[:-1])} and {parts[-1]}."


def group_sizes(study: Study, claim: Claim) -> str:
    """The number of values in the groups that a claim compares.

    Examples
    --------
    >>> from secretome import load_study
    >>> study = load_study("humoral_immunity")
    >>> group_sizes(study, study.protocol.claims["afc_rises"])
    'n = 8 per group'
    """
    values = study.cohort.values[study.cohort.values["endpoint"] == claim.endpoint]
    if study.protocol.design == "paired":
        pairs = [len(study.pairs(claim.endpoint, *sides(contrast)).dropna()) for contrast in claim.decisive_contrasts]
        return f"n = {count(pairs[0], 'pair') if len(set(pairs)) == 1 else f'{min(pairs)} to {max(pairs)} pairs'}"
    contrasts = claim.pairs_of_groups
    groups = dict.fromkeys(claim.doses) if claim.over_doses else dict.fromkeys(g for c in contrasts for g in sides(c))
    sizes = [int(values.loc[values["group"] == group, "lower"].notna().sum()) for group in groups]
    if len(set(sizes)) == 1:
        return f"n = {sizes[0]} per group"
    return f"n = {' and '.join(map(str, sizes))}" if len(sizes) == 2 else f"n = {min(sizes)} to {max(sizes)} per group"


def _words(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)
