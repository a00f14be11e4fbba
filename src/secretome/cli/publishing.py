"""Commands that put reruns into the book and withdraw them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secretome.cli.common import StudyName, app, err, out


@app.command(epilog="Example: `secretome publish reruns/sepsis_cytokines/my_rats`")
def publish(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of finished reruns.")],
    again: Annotated[
        bool, typer.Option("--again", help="Publish although these animals, or this name, were withdrawn before.")
    ] = False,
) -> None:
    """Put the results of finished reruns on the book's scoreboard, without the animals' values; all of them or none."""
    from secretome.publish import text as publish_text
    from secretome.publish.published_dir import read_provenance
    from secretome.publish.publishing import publish as put_into_book

    published = put_into_book(folders, _today(), again=again)
    for folder in published:
        provenance = read_provenance(folder)
        out.print(Text(f"Published: {folder}"))
        if not publish_text.may_count(provenance.cohort_origin, source_data=provenance.source_data):
            sentence = publish_text.never_counted_sentence(provenance.cohort, provenance.cohort_origin)
            err.print(Text(sentence, style="yellow"))
    out.print(Text(publish_text.after_publishing(len(published))))


@app.command(epilog='Example: `secretome unpublish sepsis_cytokines my_rats --why "Two cages were swapped."`')
def unpublish(
    study: StudyName,
    cohort: Annotated[str, typer.Argument(metavar="COHORT", help="The cohort's name on the scoreboard.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, which the book prints.")],
) -> None:
    """Remove a rerun from the scoreboard. The hash of its file, the day and the reason remain in the book."""
    from secretome.publish.publishing import unpublish as withdraw

    history = withdraw(study, cohort, why, _today())
    out.print(Text(f"Withdrawn. The history remains: {history}"))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
