"""Verdicts of many simulated cohorts, as shares."""

import numpy as np
import pandas as pd

from secretome.claims import ALPHA, Rule
from secretome.cohort.simulate import simulate_many, truth
from secretome.power.many_cohorts import decide_cohorts
from secretome.protocol import Protocol, load_protocol, notebooks_folder, study_folder

VERDICTS = ("supported", "contradicted", "inconclusive", "untestable")
# The published tests are exact permutation tests and take most of the time, so they decide fewer cohorts.
PUBLISHED = 500


def verdict_rates(
    protocol: Protocol,
    scenario: str,
    n: int,
    *,
    cohorts: int = 2000,
    published: int = PUBLISHED,
    alpha: float = ALPHA,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """How often simulated cohorts of one size support, contradict or leave open each claim of a study.

    Parameters
    ----------
    protocol : Protocol
        A study with assumptions for simulated animals.
    scenario : str
        What is true of the animals: one of the protocol's scenarios.
    n : int
        Animals per group, or pairs.
    cohorts : int, default 2000
        How many cohorts are drawn.
    published : int, default 500
        How many of them are also decided by the authors' presumed tests.
    alpha : float, default 0.05
        The error rate per claim.
    rng : Generator
        Draws the cohorts.

    Returns
    -------
    DataFrame
        One row per claim and analysis: study, scenario, n, claim, analysis (``planned`` or, where the protocol presumes
        a test of the authors, ``published``), cohorts, and
        the shares supported, contradicted, inconclusive and untestable. A share p has the standard error ``sqrt(p (1 -
        p) / cohorts)``.

    Raises
    ------
    ValueError
        If there is no such scenario, or `n` or `cohorts` is below 1.

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("humoral_immunity") / "protocol.yml")
    >>> rates = verdict_rates(protocol, "plateau", 8, cohorts=200, published=20, rng=np.random.default_rng(1))
    >>> rates[rates["analysis"] == "planned"].set_index("claim")["supported"].round(1).to_dict()["afc_dose_im"]
    0.0
    """
    drawn = simulate_many(protocol, scenario, n=n, cohorts=cohorts, rng=rng)
    rows = []
    for claim, (rules, published_verdicts) in decide_cohorts(
        protocol, drawn, alpha, published=min(published, cohorts)
    ).items():
        analysed = protocol.claims[claim].published_method
        planned_verdicts = [str(Rule(rule).decision) for rule in rules.tolist()]
        known = [("planned", planned_verdicts)] + [("published", published_verdicts.tolist())] * bool(analysed)
        for analysis, verdicts in known:
            row = {"study": protocol.key, "scenario": scenario, "n": n, "claim": claim, "analysis": analysis}
            shares = {verdict: verdicts.count(verdict) / len(verdicts) for verdict in VERDICTS}
            rows.append({**row, "cohorts": len(verdicts), **shares})
    return pd.DataFrame(rows)


def measured_rates() -> pd.DataFrame:
    """The rates that the book measured for every study, scenario and size, with the truth of each claim.

    Returns
    -------
    DataFrame
        The rows of `verdict_rates`, and truth (see `secretome.cohort.simulate.truth`).

    Examples
    --------
    >>> rates = measured_rates()
    >>> sorted(set(rates["n"].tolist()))
    [3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40]
    """
    # A scenario is called null, which is no missing value.
    rates = pd.read_csv(notebooks_folder() / "ledger" / "rates.csv", keep_default_na=False)
    protocols = {name: load_protocol(study_folder(name) / "protocol.yml") for name in rates["study"].unique()}
    places = zip(rates["study"], rates["scenario"], rates["claim"], strict=True)
    return rates.assign(truth=[truth(protocols[study], scenario, claim) for study, scenario, claim in places])


def measured_plans() -> pd.DataFrame:
    """The planned verdicts of every claim in the book against group size, at the assumed effect and shares of it.

    Returns
    -------
    DataFrame
        The rows of `claim_rates`.

    Examples
    --------
    >>> sorted(set(measured_plans()["effect"].tolist()))
    [0.5, 0.75, 1.0]
    """
    return pd.read_csv(notebooks_folder() / "power" / "plans.csv", keep_default_na=False)
