"""The command that checks printed numbers."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secretome.cli.common import app, finish, out
from secretome.protocol import InputError


@app.command(epilog="Example: `secretome reported notebooks/published_cohorts/reported/ums-5840.yml`")
def reported(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.yml...", help="Printed tables, as the book describes them.")
    ],
) -> None:
    """Check whether the numbers that a paper prints agree with one another.

    A number that differs is a finding, not an error.
    """
    # Imported here because the import takes a second, and `--help` does not need it.
    from secretome.audit import audit, load_table
    from secretome.audit import text as audit_text

    tables, refusals = {}, []
    for file in files:
        try:
            tables[str(file)] = load_table(file)
        except InputError as error:
            refusals.append(error)
    findings = audit(tables)
    for name, table in tables.items():
        own = [finding for finding in findings if finding.file == name]
        out.print(Text(f"{name}: {table.title}", style="bold"))
        for finding in own:
            out.print(Text(f"  {finding.outcome}: {audit_text.finding_sentence(finding)}"))
        out.print(Text(f"  {audit_text.summary_sentence(own)}"))
    finish(refusals, sound=len(tables))
