"""Commands that put reruns into the book and take them out again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secretome.cli.common import StudyName, app, err, known, out, refuse, telling_of_the_disk
from secretome.protocol import InputError


@app.command(epilog="Example: `secretome publish reruns/sepsis_cytokines/my_rats`")
def publish(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of finished reruns.")],
    again: Annotated[
        bool, typer.Option("--again", help="Publish although these animals, or this name, were withdrawn before.")
    ] = False,
) -> None:
    """Put finished reruns on the book's scoreboard: their results, never the animals. All of them, or none."""
    # Imported here because the import takes a second, and `--help` does not need it.
    from secretome.publish import text as publish_text
    from secretome.publish.published_dir import read_provenance
    from secretome.publish.publishing import publish as put

    try:
        with telling_of_the_disk():
            kept = put(folders, _today(), again=again)
    except InputError as error:
        refuse([error])
    for folder in kept:
        about = read_provenance(folder)
        out.print(Text(f"Published: {folder}"))
        if not publish_text.may_count(about.cohort_origin, source_data=about.source_data):
            err.print(Text(publish_text.never_counted_sentence(about.cohort, about.cohort_origin), style="yellow"))
    out.print(Text(publish_text.after_publishing(len(kept))))


@app.command(epilog='Example: `secretome unpublish sepsis_cytokines my_rats --why "Two cages were swapped."`')
def unpublish(
    study: StudyName,
    cohort: Annotated[str, typer.Argument(metavar="COHORT", help="The cohort's name, as the scoreboard shows it.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, which the book prints.")],
) -> None:
    """Take a rerun off the scoreboard. The hash of its file, the day and the reason stay in the book."""
    known(study)
    from secretome.publish.publishing import unpublish as withdraw

    try:
        with telling_of_the_disk():
            history = withdraw(study, cohort, why, _today())
    except InputError as error:
        refuse([error])
    out.print(Text(f"Withdrawn. What stays: {history}"))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
