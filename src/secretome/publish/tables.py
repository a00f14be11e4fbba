"""The scoreboard of all cohorts, and tables of verdicts and rules."""

import math
from collections.abc import Mapping

import pandas as pd

from secretome.analysis import analyse
from secretome.claims import adjudicate
from secretome.cohort import load_study
from secretome.protocol import Protocol, study_names
from secretome.publish.published_dir import published, read_table
from secretome.publish.text import cohort_heading
from secretome.report import text

# Each further cohort is a row, not a column.
MAX_COLUMNS = 5


def scoreboard() -> pd.DataFrame:
    """Every verdict in the book: of each study's own cohort, and of each published rerun.

    Returns
    -------
    DataFrame
        One row per study, cohort and claim: the columns of ``verdicts.csv``, then scenario, n (the number of animals
        or pairs; 0 if unknown), and counts, whether the cohort is an independent test of the claim.

    Examples
    --------
    >>> board = scoreboard()
    >>> board.loc[board["origin"] == "simulated", "counts"].any()
    np.False_
    """
    tables = []
    for name in study_names():
        study = load_study(name)
        verdicts = adjudicate(study, analyse(study, ("published", "planned")))
        animals = study.cohort.values["animal"].nunique()
        tables.append(verdicts.assign(scenario=study.cohort.scenario, n=animals))
        for rerun in published(name):
            verdicts = read_table(rerun.folder / "verdicts.csv")
            tables.append(verdicts.assign(scenario=rerun.provenance.cohort_scenario, n=rerun.provenance.cohort_animals))
    board = pd.concat(tables, ignore_index=True)
    return board.assign(counts=counts_as_test(board))


def counts_as_test(verdicts: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each verdict is an independent test of its claim: on measured animals, as planned, and not untestable."""
    excluded = verdicts["source_data"].astype(bool) | verdicts["protocol_altered"].astype(bool)
    return (verdicts["origin"] == "measured") & ~excluded & (verdicts["verdict"] != "untestable")


def scoreboard_table(board: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """Verdicts with estimates: claims as rows and cohorts as columns, or the reverse for many cohorts."""
    table = pd.DataFrame({"Claim": [claim.sentence for claim in protocol.claims.values()]})
    for _, cohort in board.groupby("cohort", sort=False):
        cells = cohort.set_index("claim", drop=False).reindex(list(protocol.claims))
        table[cohort_heading(protocol, cohort.iloc[0])] = [_verdict_cell(protocol, row) for _, row in cells.iterrows()]
    if len(table.columns) > MAX_COLUMNS + 1:
        table = table.set_index("Claim").T.rename_axis(index="Cohort", columns=None).reset_index()
    return table


def claims_by_cohorts(board: pd.DataFrame, protocols: Mapping[str, Protocol]) -> pd.DataFrame:
    """Every claim of every study, with the verdicts of independent cohorts, of source data and of simulated cohorts.

    Examples
    --------
    >>> from secretome.protocol import load_protocol, study_folder
    >>> protocol = load_protocol(study_folder("treg_conditioned_medium") / "protocol.yml")
    >>> claims_by_cohorts(scoreboard(), {protocol.key: protocol})["Independent cohorts"].tolist()
    ['none yet', 'none yet']
    """
    rows = []
    simulated = board["origin"] == "simulated"
    kinds = {
        "Independent cohorts": board["counts"],
        "Source data, not counted": ~board["counts"] & ~simulated,
        "Simulated, no evidence": simulated,
    }
    for name, protocol in protocols.items():
        for key, claim in protocol.claims.items():
            own = (board["study"] == name) & (board["claim"] == key)
            cells = {
                kind: "; ".join(_short_verdict(protocol, row) for _, row in board[own & which].iterrows())
                for kind, which in kinds.items()
            }
            cells["Independent cohorts"] = cells["Independent cohorts"] or "none yet"
            rows.append({"Study": protocol.title, "Claim": claim.sentence} | {k: v or "–" for k, v in cells.items()})
    return pd.DataFrame(rows)


def rules_table(protocol: Protocol, alpha: float) -> pd.DataFrame:
    """The planned test of each claim, and the results that support or contradict it."""
    rules = [text.rule_words(protocol, claim, alpha) for claim in protocol.claims.values()]
    table = pd.DataFrame(rules, columns=["Planned test", "Supported if", "Contradicted if"])
    table.insert(0, "Claim", [claim.sentence for claim in protocol.claims.values()])
    return table


def _short_verdict(protocol: Protocol, row: text.Row) -> str:
    n = f" ({row['n']} {protocol.units})" if row["n"] else ""
    return f"{row['verdict']}{n}"


def _verdict_cell(protocol: Protocol, row: text.Row) -> str:
    if not isinstance(row["verdict"], str):
        return "–"
    return row["verdict"] if math.isnan(row["estimate"]) else f"{row['verdict']}: {text.named_effect(protocol, row)}"
