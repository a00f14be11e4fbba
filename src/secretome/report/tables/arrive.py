"""The ARRIVE guidelines as a table: what protocol and cohort answer, and what they leave open."""

import pandas as pd

from secretome.cohort import Study
from secretome.report import text


def arrive_table(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """The items of the ARRIVE Essential 10 that a protocol and a cohort answer, and those that the laboratory must add.

    Parameters
    ----------
    study : Study
        A protocol of animals, with a cohort.
    results : DataFrame
        What `analyse` returned for it, with the analysis ``planned``.

    Returns
    -------
    DataFrame
        One row per item: its number, what it asks (in our words), and the answer.

    Raises
    ------
    ValueError
        If the study is of no living animals, which the guidelines are for.

    References
    ----------
    .. [1] N. Percie du Sert and others, "The ARRIVE guidelines 2.0: updated guidelines for reporting animal research",
       PLoS Biology 18, e3000410, 2020.

    Examples
    --------
    >>> from secretome import analyse, load_study
    >>> study = load_study("sepsis_cytokines")
    >>> arrive_table(study, analyse(study, analyses=("planned",))).set_index("Item").loc["1b", "Answer"]
    'the simulated rat'
    """
    if study.protocol.setting != "in vivo":
        raise ValueError(f"the ARRIVE guidelines are for animals; the study {study.key} is {study.protocol.setting}.")
    answers = text.arrive_answers(study, results)
    return pd.DataFrame(
        {"Item": list(text.ASKS), "What it asks": list(text.ASKS.values()), "Answer": list(answers.values())}
    )
