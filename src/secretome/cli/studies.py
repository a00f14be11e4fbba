"""Commands that make a study of your own, and describe its protocol."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secretome.cli.common import app, out, usage_errors, write_new


@app.command(epilog="Example: `secretome new my_study --from measurements.csv`")
def new(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A name for the study: lower-case letters, digits and _.")],
    file: Annotated[
        Path,
        typer.Option("--from", metavar="FILE", help="A table with one row per animal: its group and its measurements."),
    ],
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="COLUMN", help="A column that makes the groups; may be repeated."),
    ] = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option("--endpoint", metavar="COLUMN", help="A column that is a measurement; may be repeated."),
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the study's folder is made.")] = Path(),
) -> None:
    """Make a study of your own from a table: a protocol with every choice marked, and its cohort."""
    # Imported here because the import takes a second, and `--help` does not need it.
    from secretome.cohort.new_study import new_study

    with usage_errors():
        made = new_study(key, file, folder, group or [], endpoint or [])
    out.print(Text(f"Made: {made}", style="bold"))
    out.print(Text("Decide in protocol.yml wherever it says CHOOSE. Then:"))
    out.print(Text(f"  secretome check {made} NEW_FILE"), soft_wrap=True)
    out.print(Text(f"  secretome rerun {made} NEW_FILE"), soft_wrap=True)
    out.print(
        Text(
            "A page is made of it without further code. For a page of your own, add analysis.py to the folder; in the "
            "book, the folder lies in notebooks/, with this line in _toc.yml:"
        )
    )
    out.print(Text(f"  - file: notebooks/{key}/analysis"))


@app.command(epilog="Example: `secretome schema --out protocol.schema.json`")
def schema(
    to: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A new file, instead of the screen.")] = None,
) -> None:
    """Print the JSON schema of protocol.yml, which editors use to complete and check its keys."""
    from secretome.protocol.schema import json_schema

    text = json.dumps(json_schema(), indent=2) + "\n"
    if to is None:
        typer.echo(text, nl=False)
        return
    write_new(to, text.encode())
    out.print(Text(f"Schema written: {to}"))
