"""The command that serves the built book."""

from pathlib import Path
from typing import Annotated

import typer

from secretome.cli.common import app
from secretome.protocol import InputError

SITE = Path("_build") / "html"


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
