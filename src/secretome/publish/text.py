"""Sentences about published and withdrawn reruns."""

import pandas as pd

from secretome.cohort import Study
from secretome.protocol import Protocol
from secretome.report.text.numbers import Row, count

# How to publish a rerun, in the Markdown of the book.
PUBLISHING = (
    "One command, run in a checkout of the book, publishes a rerun:",
    "    secretome publish reruns/sepsis_cytokines/my_rats",
    "It publishes `results.csv`, `verdicts.csv`, `checks.csv` and `provenance.json`, but not the animals' values, the "
    "report and the figures. A folder is refused if one of its files is missing or a link, if it was made with "
    "another protocol, notebook, `alpha`, `level` or `seed` than the book's, if animals were excluded, if its verdicts "
    "do not follow from its results, or if the name or the file is published already. Simulated animals may be "
    "published; they are marked and never counted.",
    '    secretome unpublish sepsis_cytokines my_rats --why "Two cages were swapped."',
    "withdraws a rerun. This page keeps the hash of its file, the day and the reason, and the same animals can be "
    "published again only with `--again`. {doc}`Has anyone tested these claims? <../../notebooks/ledger/analysis>` "
    "explains which verdicts count and summarises them.",
)


def may_count(origin: str, *, source_data: bool) -> bool:
    """Whether verdicts on animals of this origin may count as a test of the claims."""
    return origin == "measured" and not source_data


def never_counted_sentence(cohort: str, origin: str) -> str:
    """The sentence that a published cohort is shown and never counted."""
    what = "simulated" if origin == "simulated" else "not a new, measured cohort"
    return f"{cohort} is {what}: the book marks it wherever it is shown, and never counts it as a test of a claim."


def after_publishing(n: int) -> str:
    """The steps after publishing reruns."""
    return (
        f"{count(n, 'rerun')} published. Build the book (make book) to see the scoreboard, and commit the folder to "
        "keep it there."
    )


def published_sentence(n: int, counted: int) -> str:
    """The number of published reruns, and of those that count."""
    if n == 0:
        return "No rerun has been published so far."
    verb = "has" if n == 1 else "have"
    return (
        f"{count(n, 'rerun')} {verb} been published. Cohorts among them that were measured and tested a claim: "
        f"{counted}."
    )


def why_uncounted(study: Study, verdicts: pd.DataFrame) -> str:
    """The reason why no verdict of a cohort counts."""
    if study.cohort.origin != "measured":
        return f"no: {study.cohort.origin}"
    if study.source_data:
        return "no: source data"
    return "no: altered protocol" if verdicts["protocol_altered"].any() else "no: nothing could be tested"


def withdrawn_sentence(study: str, cohort: str, day: str, sha256: str, why: str) -> str:
    """The rerun, the day and the reason of a withdrawal."""
    return f"{study}, {cohort}: withdrawn on {day}. {why.rstrip('.')}. The hash of its file was {sha256}."


def outdated_sentence(*, protocol_changed: bool) -> str:
    """The sentence that the book's protocol has changed since; empty if it has not."""
    return (
        "The protocol of the study has changed since then: these verdicts are based on the earlier version."
        if protocol_changed
        else ""
    )


def cohort_heading(protocol: Protocol, row: Row) -> str:
    """The heading of a cohort's column: its kind, its name and its number of animals."""
    n = f", {row['n']} {protocol.units}" if row["n"] else ""
    if row["origin"] == "simulated":
        return f"{row['n']} simulated {protocol.units}: {row['cohort']}"
    if row["source_data"]:
        return f"Source data: {row['cohort']}{n}"
    return f"{row['cohort']}{n}"


def headline(board: pd.DataFrame, protocols: dict[str, Protocol]) -> str:
    """The number of independent cohorts of animals on which the claims were tested."""
    animals = board[
        board["counts"]
        & board["study"].isin([key for key, protocol in protocols.items() if protocol.setting == "in vivo"])
    ]
    cohorts = animals[["study", "cohort"]].drop_duplicates()
    return f"Independent cohorts of animals tested against these claims so far: {len(cohorts)}."


def uncounted_sentence(board: pd.DataFrame) -> str:
    """The number of cohorts that are shown and not counted, with the reasons."""
    pair = ["study", "cohort"]
    # A cohort is counted if any of its verdicts counts.
    rest = board[~board.groupby(pair)["counts"].transform("any")].drop_duplicates(pair)
    simulated, source = int((rest["origin"] == "simulated").sum()), int(rest["source_data"].astype(bool).sum())
    others = len(rest) - simulated - source
    more = f", and {count(others, 'other')} that could not test a claim or were not newly measured" if others else ""
    return (
        f"Shown below and never counted: {count(simulated, 'simulated cohort')}, and {count(source, 'cohort')} of "
        f"source data{more}."
    )
