"""Commands that run a study on cohorts."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from secretome import words
from secretome.cli.common import Files, Names, SheetName, StudyName, app, err, finish, known, out, pairs_of, refuse
from secretome.protocol import Problem, Refusal

if TYPE_CHECKING:
    from secretome.rerun import Outcome


@app.command(epilog="Example: `secretome rerun treg_conditioned_medium my_donors.csv --out results`")
def rerun(
    study: StudyName,
    files: Files,
    folder: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the cohorts' folders go; default reruns/STUDY.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep finished folders that nothing has changed under; make the others anew.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Make folders anew that are already there.")] = False,
    parameters: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="Set a parameter of the notebook: alpha, level or seed.")
    ] = None,
    sheet: SheetName = None,
    mapped: Names = None,
) -> None:
    """Run a study on cohort files: a report, results, verdicts and figures for each."""
    # Imported here because it takes a second, which `--help` and `check` need not wait for.
    from secretome import rerun as runs

    known(study)
    if resume and force:
        refuse([Refusal([Problem("--resume", "", "--force beside it", "one of the two")])])
    existing: runs.Existing = "resume" if resume else "force" if force else "refuse"
    target = folder or Path("reruns") / study
    stated = pairs_of("-p", "NAME=VALUE, such as alpha=0.01", parameters)
    names = pairs_of("--map", "OLD=NEW, such as Ctrl=control", mapped)
    try:
        values = runs.check_parameters(study, stated)
    except Refusal as refusal:
        refuse([refusal])
    planned, refusals = runs.plan(study, files, target, existing, sheet=sheet, names=names)
    outcomes: list[runs.Outcome] = []
    failed: list[str] = []
    progress = sys.stderr.isatty()
    for position, ready in enumerate(planned, start=1):
        for sentence in ready.cohort.understood:
            err.print(Text(f"{ready.cohort.path.name}: {sentence}"))
        if progress:
            err.print(Text(f"[{position}/{len(planned)}] running {ready.cohort.id}"))
        try:
            outcomes.append(runs.rerun(ready, target, values, existing=existing, progress=progress))
        except Refusal as refusal:
            refusals.append(refusal)
        except runs.RunFailed as failure:
            failed.append(str(failure))
        except Exception as error:  # whatever befalls one cohort, the others are run
            failed.append(f"{ready.cohort.path.name}: {type(error).__name__}: {error}")
    for outcome in outcomes:
        _print_verdicts(outcome)
    if outcomes and len(files) > 1:
        out.print(Text(f"All verdicts: {runs.write_summary(study, target)}"))
    for line in failed:
        err.print(Text(line, style="red"))
    finish(refusals, sound=len(outcomes), failed=len(failed))


def _print_verdicts(outcome: "Outcome") -> None:
    verdicts = pd.read_csv(outcome.folder / "verdicts.csv")
    claims = outcome.study.protocol.claims
    table = Table("Claim", "Verdict", "Ratio", "Adjusted p", title=Text(f"Verdicts of {outcome.study.cohort.id}"), title_justify="left")
    for _, row in verdicts.iterrows():
        table.add_row(
            Text(claims[row["claim"]].sentence),
            Text(row["verdict"], style="bold"),
            words.ratio(row),
            words.p_number(row["pvalue_adjusted"]),
        )
    if deaths := words.deaths_sentence(outcome.study):
        out.print(Text(deaths))
    checks = pd.read_csv(outcome.folder / "checks.csv")
    for _, row in checks.iterrows():
        out.print(Text(words.check_sentence(outcome.study, row)))
    Console().print(table)
    out.print(Text(words.standing_sentence(outcome.study, verdicts)))
    state = "unchanged since it was made" if outcome.resumed else "written"
    out.print(Text(f"Report ({state}): {outcome.folder / 'report.html'}"))
