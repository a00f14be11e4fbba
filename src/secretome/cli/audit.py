"""The command that checks printed tables."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secretome.cli.common import app, finish, load_each, out
from secretome.protocol import InputError


@app.command(epilog="Example: `secretome audit notebooks/published_cohorts/reported/ums-5840.yml`")
def audit(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.yml...", help="Printed tables, in the format that the book describes.")
    ],
) -> None:
    """Check whether the numbers in a paper's tables are consistent with one another.

    A number that is inconsistent is a finding, not an error.
    """
    from secretome.audit import audit as find_inconsistencies
    from secretome.audit import load_table
    from secretome.audit import text as audit_text

    refusals: list[InputError] = []
    tables = {str(file): table for file, table in load_each(files, load_table, refusals)}
    findings = find_inconsistencies(tables)
    for name, table in tables.items():
        of_table = [finding for finding in findings if finding.file == name]
        out.print(Text(f"{name}: {table.title}", style="bold"))
        for finding in of_table:
            out.print(Text(f"  {finding.outcome}: {audit_text.finding_sentence(finding)}"))
        out.print(Text(f"  {audit_text.summary_sentence(of_table)}"))
    finish(refusals, done=len(tables))
