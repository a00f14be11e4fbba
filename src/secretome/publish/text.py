"""What the book says of published and withdrawn reruns."""

import pandas as pd

from secretome.cohort import Study
from secretome.protocol import Protocol
from secretome.report.text.numbers import Row, count

# How a rerun comes to be here, in the Markdown of the book.
PUBLISHING = (
    "A rerun comes here by one command, run in a checkout of the book:",
    "    secretome publish reruns/sepsis_cytokines/my_rats",
    "It keeps `results.csv`, `verdicts.csv`, `checks.csv` and `provenance.json`. The animals' values, the report and "
    "the figures stay with their laboratory. A folder is refused if a file of it is absent or a link, if it was made "
    "with another protocol, notebook, `alpha`, `level` or `seed` than the book's, if animals were left out, if its "
    "verdicts do not follow from its results, or if the name or the file is here already. Simulated animals may be "
    "published; they are marked and never counted.",
    '    secretome unpublish sepsis_cytokines my_rats --why "Two cages were swapped."',
    "takes a rerun out again. The hash of its file, the day and the reason stay on this page, and the same animals "
    "come back only with `--again`. What counts, and what the verdicts add up to, is told in {doc}`Do the claims "
    "hold? <../../notebooks/ledger/analysis>`.",
)


def may_count(origin: str, *, source_data: bool) -> bool:
    """Whether verdicts of such animals may count as a test of the claims."""
    return origin == "measured" and not source_data


def never_counted_sentence(cohort: str, origin: str) -> str:
    """That a published cohort is shown and never counted."""
    what = "simulated" if origin == "simulated" else "not a new, measured cohort"
    return f"{cohort} is {what}: the book says so wherever it is shown, and never counts it as a test of a claim."


def after_publishing(n: int) -> str:
    """What is left to do once reruns were published."""
    return (
        f"{count(n, 'rerun')} published. Build the book (make book) to see the scoreboard, and commit the folder to "
        "keep it there."
    )


def published_sentence(n: int, counted: int) -> str:
    """How many reruns are published, and how many of them count."""
    if n == 0:
        return "No rerun has been published so far."
    verb = "has" if n == 1 else "have"
    return (
        f"{count(n, 'rerun')} {verb} been published. Cohorts among them that were measured and tested a claim: "
        f"{counted}."
    )


def why_uncounted(study: Study, verdicts: pd.DataFrame) -> str:
    """Why no verdict of a cohort counts, in few words."""
    if study.cohort.origin != "measured":
        return f"no: {study.cohort.origin}"
    if study.source_data:
        return "no: source data"
    return "no: altered protocol" if verdicts["protocol_altered"].any() else "no: nothing could be tested"


def withdrawn_sentence(study: str, cohort: str, day: str, sha256: str, why: str) -> str:
    """Which rerun was withdrawn, when and why."""
    return f"{study}, {cohort}: withdrawn on {day}. {why.rstrip('.')}. The hash of its file was {sha256}."


def outdated_sentence(*, protocol_changed: bool) -> str:
    """That the book's protocol is another by now; nothing where it is not."""
    return (
        "The study's protocol has changed since: these verdicts were given under the earlier one."
        if protocol_changed
        else ""
    )


def cohort_heading(protocol: Protocol, row: Row) -> str:
    """A cohort at the head of its column: what it is, and how many."""
    n = f", {row['n']} {protocol.units}" if row["n"] else ""
    if row["origin"] == "simulated":
        return f"{row['n']} simulated {protocol.units}: {row['cohort']}"
    if row["source_data"]:
        return f"Source data: {row['cohort']}{n}"
    return f"{row['cohort']}{n}"


def headline(board: pd.DataFrame, protocols: dict[str, Protocol]) -> str:
    """How many independent cohorts of animals the claims were tested on."""
    animals = board[
        board["counts"]
        & board["study"].isin([key for key, protocol in protocols.items() if protocol.setting == "in vivo"])
    ]
    cohorts = animals[["study", "cohort"]].drop_duplicates()
    return f"Independent cohorts of animals tested against these claims so far: {len(cohorts)}."


def uncounted_sentence(board: pd.DataFrame) -> str:
    """How many cohorts are shown and not counted, and why."""
    pair = ["study", "cohort"]
    # A cohort of which any verdict counts is counted.
    rest = board[~board.groupby(pair)["counts"].transform("any")].drop_duplicates(pair)
    simulated, source = int((rest["origin"] == "simulated").sum()), int(rest["source_data"].astype(bool).sum())
    others = len(rest) - simulated - source
    more = f", and {count(others, 'other')} that could test nothing or were not measured for it" if others else ""
    return (
        f"Shown below and never counted: {count(simulated, 'simulated cohort')}, and {count(source, 'cohort')} of "
        f"source data{more}."
    )
