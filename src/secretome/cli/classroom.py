"""Commands for teachers: make a class, and grade its answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from secretome.cli.common import StudyName, app, err, finish, out, protocol_of, scenarios_of
from secretome.defaults import DEFAULT_ERROR_SHARE
from secretome.protocol import InputError, Problem

if TYPE_CHECKING:
    from secretome.course.grade import Graded

# The report lists all pairs of sheets with equal numbers.
MAX_PAIRS = 10

classroom = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(
    classroom,
    name="classroom",
    help="Give every student a cohort and an assignment, and grade the answers.",
    epilog="Example: `secretome classroom make sepsis_cytokines --roster class.csv --out autumn`, "
    "and later `secretome classroom grade autumn returned`",
)

RosterFile = Annotated[
    Path,
    typer.Option(
        "--roster",
        metavar="FILE.csv",
        help="The class: a table with a column 'student', or an export of Moodle or Canvas.",
    ),
]
NewFolder = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="The folder of the class; one that exists is refused.")
]
SecretFile = Annotated[
    Path | None,
    typer.Option("--secret", metavar="FILE", help="For late students: teacher/secret.txt of the class."),
]


@classroom.command(epilog="Example: `secretome classroom make sepsis_cytokines --roster class.csv --out autumn`")
def make(
    study: StudyName,
    roster: RosterFile,
    folder: NewFolder,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help="One scenario for the whole class; by default, each student has one of all.",
        ),
    ] = None,
    secret: SecretFile = None,
    error_share: Annotated[
        float, typer.Option(metavar="SHARE", help="The probability that a student's file contains an error.")
    ] = DEFAULT_ERROR_SHARE,
) -> None:
    """Make a cohort, an assignment and an answer sheet for every student, and the key for the teacher."""
    from rich.progress import Progress

    from secretome.course.make import make_class, read_secret
    from secretome.course.roster import read_roster

    _check_options(study, scenario, error_share)
    class_roster = read_roster(roster)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Making the class", total=len(class_roster.students))
        make_class(
            study,
            class_roster,
            folder,
            scenario=scenario,
            secret=read_secret(secret) if secret else None,
            error_share=error_share,
            done=lambda: progress.advance(task),
        )
    _print_made(len(class_roster.students), folder)


def _print_made(students: int, folder: Path) -> None:
    number = "1 student has" if students == 1 else f"{students} students have"
    key = folder / "teacher" / "key.csv"
    out.print(Text(f"{number} a folder in {folder / 'students'}. The key is {key}; do not give it to the students."))


@classroom.command(epilog="Example: `secretome classroom test --roster class.csv --out june`, graded like a class")
def test(
    roster: RosterFile,
    folder: NewFolder,
    secret: SecretFile = None,
) -> None:
    """Make the test at the end of the course, with other values for every student, and the key for the teacher."""
    from secretome.course.make import make_test, read_secret
    from secretome.course.roster import read_roster

    class_roster = read_roster(roster)
    make_test(class_roster, folder, secret=read_secret(secret) if secret else None)
    _print_made(len(class_roster.students), folder)


@classroom.command(epilog="Example: `secretome classroom grade autumn returned`")
def grade(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the class, with its key.")],
    returned: Annotated[
        Path, typer.Argument(metavar="RETURNED", help="The folder with the answer sheets that the students returned.")
    ],
    roster: Annotated[
        Path | None,
        typer.Option("--roster", metavar="FILE.csv", help="The class; a student who is not in the key is an error."),
    ] = None,
) -> None:
    """Grade the answer sheets that came back; the marks are written beside the key."""
    from secretome.course.grade import grade as grade_sheets
    from secretome.course.roster import read_roster

    graded = grade_sheets(folder, returned, read_roster(roster).students if roster else ())
    _print_marks(graded)
    out.print(Text(f"Marks, sums, feedback and a report: {folder / 'teacher'}"))
    finish(graded.refusals, done=sum(bool(row["sheet"]) for row in graded.summary))


def _check_options(study: str, scenario: str | None, error_share: float) -> None:
    problems = []
    scenarios = dict(scenarios_of(protocol_of(study)))
    if not scenarios:
        problems.append(Problem(study, "", "no assumptions for a simulation", "a study with a simulation"))
    elif scenario and scenario not in scenarios:
        problems.append(Problem("--scenario", "", repr(scenario), f"one of {', '.join(scenarios)}"))
    if not 0 <= error_share <= 1:
        problems.append(Problem("--error-share", "", repr(error_share), "a number from 0 to 1"))
    if problems:
        raise InputError(problems)


def _print_marks(graded: "Graded") -> None:
    """Print how many sheets have full marks for each question, and what needs the teacher's decision."""
    with_marks = [row["id"] for row in graded.summary if row["marks"]]
    title = Text(f"{len(with_marks)} of {len(graded.summary)} students have marks")
    table = Table("Question", "Full marks", title=title, title_justify="left")
    for question, share in graded.shares.items():
        table.add_row(Text(question), share)
    Console().print(table)
    for row in graded.summary:
        if not row["marks"]:
            out.print(Text(f"{row['id']}: {row['remark']}"))
    for pair in graded.equal[:MAX_PAIRS]:
        number = len(pair.questions)
        out.print(
            Text(f"Compare {pair.one} and {pair.other}: {number} equal numbers that are not from the data of both")
        )
    if len(graded.equal) > MAX_PAIRS:
        out.print(Text(f"{len(graded.equal) - MAX_PAIRS} more pairs of sheets to compare are in the report."))
    for remark in graded.remarks:
        out.print(Text(remark))
