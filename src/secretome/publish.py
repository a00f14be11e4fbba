"""The scoreboard: which cohorts the claims of every study were asked of, and what they answered."""

import pandas as pd

from secretome.analysis import analyse
from secretome.claims import adjudicate
from secretome.cohort import load_study
from secretome.protocol import notebooks_folder, study_names

# Finished reruns that the book keeps: their results, never the animals.
PUBLISHED = "published"


def scoreboard() -> pd.DataFrame:
    """Every verdict the book knows of: of each study's own cohort, and of each published rerun.

    Returns
    -------
    DataFrame
        One row per study, cohort and claim: the columns of ``verdicts.csv``, then scenario, n (animals or pairs in all; 0 where it is not
        known), and counts, whether the cohort is an independent test of the claim.

    Examples
    --------
    >>> scoreboard().groupby("study")["counts"].any().to_dict()
    {'humoral_immunity': False, 'sepsis_cytokines': False, 'treg_conditioned_medium': False}
    """
    found = []
    for name in study_names():
        study = load_study(name)
        verdicts = adjudicate(study, analyse(study, ("published", "planned")))
        animals = study.cohort.values["animal"].nunique()
        found.append(verdicts.assign(scenario=study.cohort.scenario, n=animals))
        found += [
            pd.read_csv(file).assign(scenario="", n=0) for file in sorted((notebooks_folder() / name / PUBLISHED).glob("*/verdicts.csv"))
        ]
    table = pd.concat(found, ignore_index=True)
    independent = (table["origin"] == "measured") & ~table["source_data"].astype(bool) & ~table["protocol_altered"].astype(bool)
    return table.assign(counts=independent & (table["verdict"] != "untestable"))
