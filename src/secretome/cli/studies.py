"""Commands that make a study of your own, and describe its protocol."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from secretome.cli.common import app, out, usage_errors, write_new

if TYPE_CHECKING:
    from secretome.cohort.new_study import NewStudy

# With so many measurements, most suggested claims would be deleted by hand.
MANY_ENDPOINTS = 4


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
    claim: Annotated[
        list[str] | None,
        typer.Option(
            "--claim", metavar="COLUMN", help="A measurement with suggested claims; may be repeated; all, if absent."
        ),
    ] = None,
    paired: Annotated[
        bool | None,
        typer.Option(
            "--paired/--unpaired",
            help="Whether animals of one name in two groups are one animal; needed only if names are repeated.",
            show_default=False,
        ),
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the study's folder is made.")] = Path(),
) -> None:
    """Make a study of your own from a table: a protocol with every choice marked, and its cohort."""
    # Imported here because the import takes a second, and `--help` does not need it.
    from secretome.cohort.new_study import new_study
    from secretome.report.notebook import DEFAULT_PAGE

    with usage_errors():
        made = new_study(key, file, folder, group or [], endpoint or [], claimed=claim or [], paired=paired)
    for line in _summary(made, all_claims=not claim):
        out.print(line, soft_wrap=True)
    if contents := _contents_of_book(made.folder):
        (made.folder / "analysis.py").write_bytes(DEFAULT_PAGE.read_bytes())
        out.print(Text(f"For a page of the book, add this line to {contents.name}:"))
        page = (made.folder / "analysis.py").resolve().relative_to(contents.parent)
        out.print(Text(f"      - file: {page.as_posix()}"))


def _summary(made: "NewStudy", *, all_claims: bool) -> Iterator[Text]:
    """What was made of the table, what is to be decided, and the commands that follow."""
    study = made.folder
    yield Text(f"Made: {study}", style="bold")
    yield Text(f"  {made.animals} animals in {len(made.groups)} groups: {', '.join(made.groups)}")
    if made.endpoints:
        yield Text(f"  measured: {', '.join(made.endpoints)}")
    if all_claims and len(made.endpoints) >= MANY_ENDPOINTS:
        yield Text("  claims are suggested for every measurement; --claim COLUMN suggests them for that column only")
    if made.survival:
        times, events = made.survival.time, made.survival.event
        yield Text(f"  survival: the time in the column {times!r}, and in {events!r} whether the animal died then")
    if made.times:
        hours = ", ".join(f"{hour:g}" for hour in sorted(set(made.times.hours)))
        yield Text(f"  times: {hours} h in the column {made.times.column!r}; the last is analysed")
    if made.unused:
        yield Text(f"  columns not used: {', '.join(made.unused)}")
    yield Text(f"Open {study / 'protocol.yml'} in an editor and decide wherever it says CHOOSE. Then:")
    for line in (
        f"secretome check {study}",
        f"secretome rerun {study} {study / 'cohorts' / 'own.csv'}    a page of these animals",
        f"secretome template {study}    an empty sheet for new animals",
    ):
        yield Text(f"  {line}")


def _contents_of_book(study: Path) -> Path | None:
    """The table of contents of the book that a study's folder is in; None if it is in none."""
    return next((file for folder in study.resolve().parents if (file := folder / "_toc.yml").is_file()), None)


@app.command(epilog="Example: `secretome schema --out protocol.schema.json`")
def schema(
    to: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A new file, instead of the screen.")] = None,
) -> None:
    """Print the JSON schema of protocol.yml, which editors use to complete and check its keys."""
    from secretome.protocol.schema import schema_text

    text = schema_text()
    if to is None:
        typer.echo(text, nl=False)
        return
    write_new(to, text.encode())
    out.print(Text(f"Schema written: {to}"))
