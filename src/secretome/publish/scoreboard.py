"""The scoreboard: which cohorts the claims of every study were asked of, and what they answered."""

import pandas as pd

from secretome.analysis import analyse
from secretome.claims import adjudicate
from secretome.cohort import load_study
from secretome.protocol import study_names
from secretome.publish.published_dir import published, read_table


def scoreboard() -> pd.DataFrame:
    """Every verdict the book knows of: of each study's own cohort, and of each published rerun.

    Returns
    -------
    DataFrame
        One row per study, cohort and claim: the columns of ``verdicts.csv``, then scenario, n (animals or pairs in all;
        0 where it is not known), and counts, whether the cohort is an independent test of the claim.

    Examples
    --------
    >>> board = scoreboard()
    >>> board.loc[board["origin"] == "simulated", "counts"].any()
    np.False_
    """
    found = []
    for name in study_names():
        study = load_study(name)
        verdicts = adjudicate(study, analyse(study, ("published", "planned")))
        animals = study.cohort.values["animal"].nunique()
        found.append(verdicts.assign(scenario=study.cohort.scenario, n=animals))
        for entry in published(name):
            verdicts = read_table(entry.folder / "verdicts.csv")
            found.append(verdicts.assign(scenario=entry.provenance.cohort_scenario, n=entry.provenance.cohort_animals))
    table = pd.concat(found, ignore_index=True)
    return table.assign(counts=counted(table))


def counted(verdicts: pd.DataFrame) -> pd.Series:
    """Whether each verdict is an independent test of its claim: on measured animals, as planned, and decided at all."""
    own = verdicts["source_data"].astype(bool) | verdicts["protocol_altered"].astype(bool)
    return (verdicts["origin"] == "measured") & ~own & (verdicts["verdict"] != "untestable")
