"""The command for those who teach: a class, and its marks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from secretome.cli.common import StudyName, app, err, finish, known, out, refuse, scenarios_of, telling_of_the_disk
from secretome.defaults import DEFAULT_SCENARIO, DEFAULT_SEED, DEFAULT_TRAPPED
from secretome.protocol import InputError, Problem, load_protocol, study_folder

if TYPE_CHECKING:
    from secretome.course.grade import Graded


@app.command(
    epilog="Example: `secretome classroom sepsis_cytokines --roster class.csv --seed 7341 --out autumn`, "
    "and later `secretome classroom sepsis_cytokines --out autumn --grade returned`"
)
def classroom(
    study: StudyName,
    folder: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="The folder of the class: made anew, or, with `--grade`, there."),
    ],
    roster: Annotated[
        Path | None,
        typer.Option("--roster", metavar="FILE.csv", help="Who is in the class: a table with a column 'student'."),
    ] = None,
    returned: Annotated[
        Path | None,
        typer.Option("--grade", metavar="RETURNED", help="Mark the sheets in this folder; the class is not changed."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="S", help=f"The same seed gives the same class; {DEFAULT_SEED} by default. Keep it to yourself."
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help=f"What is true of every student's animals; {DEFAULT_SCENARIO} by default, `secretome studies` "
            f"lists all."
        ),
    ] = None,
    trapped: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", help=f"How likely a file has something wrong with it; {DEFAULT_TRAPPED} by default."
        ),
    ] = None,
) -> None:
    """Give every student a cohort and an assignment of their own, and mark the sheets that come back."""
    known(study)
    # Imported here because the import takes a second, and `--help` does not need it.
    from rich.progress import Progress

    from secretome.course.grade import grade
    from secretome.course.make import make_class
    from secretome.course.roster import read_roster

    _check_options(study, roster, returned, seed, scenario, trapped)
    try:
        with telling_of_the_disk():
            students = read_roster(roster) if roster else []
            if returned is not None:
                _tell_marks(folder, grade(study, folder, returned, students))
                return
            with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
                task = progress.add_task("Making the class", total=len(students))
                make_class(
                    study,
                    students,
                    folder,
                    scenario=scenario or DEFAULT_SCENARIO,
                    seed=DEFAULT_SEED if seed is None else seed,
                    trapped=DEFAULT_TRAPPED if trapped is None else trapped,
                    done=lambda: progress.advance(task),
                )
    except InputError as error:
        refuse([error])
    number = "1 student has" if len(students) == 1 else f"{len(students)} students have"
    out.print(
        Text(
            f"{number} a folder in {folder / 'students'}. The key is {folder / 'teacher' / 'key.csv'}: keep the folder "
            "teacher to yourself."
        )
    )


def _check_options(
    study: str,
    roster: Path | None,
    returned: Path | None,
    seed: int | None,
    scenario: str | None,
    trapped: float | None,
) -> None:
    problems = []
    scenarios = dict(scenarios_of(load_protocol(study_folder(study) / "protocol.yml")))
    if roster is None and returned is None:
        problems.append(
            Problem("--roster", "", "nothing", "a table with a column 'student', or --grade with what came back")
        )
    for name, value in (("--seed", seed), ("--scenario", scenario), ("--trapped", trapped)):
        if returned is not None and value is not None:
            problems.append(Problem(name, "", "it beside --grade", "only where a class is made"))
    if not scenarios:
        problems.append(Problem(study, "", "no assumptions to draw animals from", "a study with a simulation"))
    elif scenario is not None and scenario not in scenarios:
        problems.append(Problem("--scenario", "", repr(scenario), f"one of {', '.join(scenarios)}"))
    if seed is not None and seed < 0:
        problems.append(Problem("--seed", "", repr(seed), "a whole number from 0 upwards"))
    if trapped is not None and not 0 <= trapped <= 1:
        problems.append(Problem("--trapped", "", repr(trapped), "a number from 0 to 1"))
    if problems:
        refuse([InputError(problems)])


def _tell_marks(folder: Path, graded: "Graded") -> None:
    """How the class did, question by question, and what could not be marked."""
    import pandas as pd

    marked = [row for row in graded.summary if row["sheet"]]
    rows = pd.DataFrame(graded.marks)
    rows = rows[rows["id"].isin([row["id"] for row in marked])].astype({"marks": float})
    table = Table(
        "Question",
        "Full marks",
        title=Text(f"{len(marked)} of {len(graded.summary)} students have marks"),
        title_justify="left",
    )
    for question, own in rows.groupby("question", sort=False):
        table.add_row(Text(str(question)), f"{int((own['marks'] > 0).sum())} of {len(own)}")
    Console().print(table)
    for row in graded.summary:
        if not row["sheet"]:
            out.print(Text(f"{row['id']}: {row['remark']}"))
    for remark in graded.remarks:
        out.print(Text(remark))
    out.print(Text(f"Marks: {folder / 'teacher' / 'marks.csv'}; sums: {folder / 'teacher' / 'summary.csv'}"))
    finish(graded.refusals, sound=len(marked))
