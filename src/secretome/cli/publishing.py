"""Commands about the book: serve it, put reruns into it, and withdraw them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secretome.cli.common import StudyName, app, err, out
from secretome.protocol import InputError

SITE = Path("_build") / "html"


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


@app.command(epilog="Example: `secretome serve _build/html --port 8000`")
def serve(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The folder of the built book.", show_default=str(SITE))
    ] = SITE,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="The port; a free one by default.")] = 0,
) -> None:
    """Serve the built book on this computer alone, so that its in-browser page works. Stop with Ctrl-C."""
    if not (folder / "index.html").is_file():
        found = f"no file index.html in the folder {folder}"
        remedy = "Build it with `make book`, or name its folder."
        raise InputError.of("DIR", "", found, "the folder of the built book", remedy)
    # Imported here because `--help` does not need it.
    from secretome.cli.server import start_server

    try:
        server = start_server(folder, port)
    except OSError as error:
        found = f"the port {port}, which cannot be used ({error.strerror or error})"
        raise InputError.of("--port", "", found, "a free port", "Leave out --port.") from error
    typer.echo(f"The book is at http://127.0.0.1:{server.server_port}/book/try.html (Ctrl-C stops).")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        server.server_close()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
