"""What the commands share: the application, its options, and how a error is told."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from secretome import __version__
from secretome.protocol import InputError, Problem, study_folder

if TYPE_CHECKING:
    from secretome.claims import Condition
    from secretome.cohort import Study
    from secretome.protocol import Protocol, Scenario


class Commands(TyperGroup):
    """The group of commands; an error that a command does not handle gives one message and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        for stream in (sys.stdout, sys.stderr):
            # A file name may contain bytes that are not valid text.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except InputError as error:
            refuse([error])
        except BrokenPipeError:
            raise  # The reader of the output has closed it.
        except OSError as error:
            found = f"{error.filename or 'the disk'} ({error.strerror or error})"
            refuse([InputError([Problem("the disk", "", found, "a file or folder that can be read or written to")])])
        except MemoryError:
            found = "more data than fits in memory"
            refuse(
                [
                    InputError(
                        [
                            Problem(
                                "the memory",
                                "",
                                found,
                                "data that fits in memory",
                                "Use smaller files, or a machine with more memory.",
                            )
                        ]
                    )
                ]
            )


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
MOST_CELLS = 8


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"secretome {__version__}")
        raise typer.Exit


@app.callback()
def secretome(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Rerun published secretome studies on new cohorts, and test which of their claims the cohorts support."""


out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A study's key; `secretome studies` lists them.")]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Cohort files: CSV or other text, Excel, Prism (.pzfx).")
]
SheetName = Annotated[
    str | None,
    typer.Option(
        "--sheet", metavar="NAME", help="The sheet, or Prism's table, where several hold a table of the study."
    ),
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OLD=NEW",
        help="Read a name in the file as one of the study's groups, endpoints or columns; may be repeated.",
    ),
]
DecimalMark = Annotated[
    str | None,
    typer.Option("--decimal", metavar="MARK", help="The decimal mark, point or comma, if the file is ambiguous."),
]


def write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet."""
    try:
        with file.open("xb") as target:
            target.write(content)
    except FileExistsError:
        refuse(
            [
                InputError(
                    [Problem("--out", "", f"the file {file}, which is there already", "a new one", "Name another.")]
                )
            ]
        )
    except OSError as error:
        refuse([InputError([Problem("--out", "", f"{file} ({error.strerror})", "a place that can be written to")])])


@contextmanager
def telling_of_the_disk() -> Iterator[None]:
    """Leave with a sentence where a place cannot be written to or the disk is full."""
    try:
        yield
    except OSError as error:
        found = f"{error.filename or 'the disk'} ({error.strerror or error})"
        refuse([InputError([Problem("the disk", "", found, "a place with room that can be written to")])])


def scenarios_of(protocol: "Protocol") -> "list[tuple[str, Scenario]]":
    """The scenarios that a protocol states, by key."""
    return list(protocol.simulation.scenarios.items()) if protocol.simulation else []


def known(study: str) -> None:
    """Leave with the nearest name if there is no such study."""
    try:
        study_folder(study)
    except ValueError as error:
        err.print(Text(str(error), style="red"))
        raise typer.Exit(2) from None


def pairs_of(option: str, expected: str, texts: Sequence[str] | None, *, at_last: bool = False) -> dict[str, str]:
    """What was typed as NAME=VALUE after an option that may be repeated, split at the first sign or at the last."""
    pairs: dict[str, str] = {}
    problems = []
    for text in texts or []:
        name, sign, value = text.rpartition("=") if at_last else text.partition("=")
        if not sign or not name:
            problems.append(Problem(option, "", repr(text), expected))
        elif name in pairs:
            problems.append(Problem(option, name, "the name a second time", "each once"))
        pairs[name] = value
    if problems:
        refuse([InputError(problems)])
    return pairs


def checked_decimal(text: str | None) -> str | None:
    """The decimal mark that was stated; an invalid one gives one message, not one for each file."""
    from secretome.cohort import decimal_of

    try:
        return decimal_of(text)
    except InputError as error:
        refuse([error])


def refuse(refusals: Sequence[InputError]) -> NoReturn:
    """Tell every problem and leave: nothing was done."""
    tell(refusals)
    raise typer.Exit(2)


def finish(refusals: Sequence[InputError], *, sound: int, failed: int = 0) -> None:
    """Tell what was refused and leave with the right code: 2 if nothing was done, 1 if only some."""
    tell(refusals)
    if refusals or failed:
        raise typer.Exit(1 if sound or failed else 2)


def tell(refusals: Sequence[InputError]) -> None:
    """Print every problem, a line each; one that several cells of a file share is told once, with their names."""
    for error in refusals:
        shared: dict[tuple[str, ...], list[Problem]] = {}
        for problem in error.problems:
            alone = "" if problem.place.startswith("cell ") else problem.place
            shared.setdefault((problem.file, alone, problem.found, problem.expected, problem.remedy), []).append(
                problem
            )
        for problems in shared.values():
            err.print(Text(str(_together(problems)), style="red"))


def print_conditions(study: "Study", found: "Sequence[Condition]", indent: str = "") -> None:
    """Print the conditions of a cohort; those under which the error rate is not held are printed as warnings."""
    from secretome.report import text as report_text

    for warnings, mark, style in ((True, "Warning: ", "yellow"), (False, "", "")):
        for _, statement, details in report_text.condition_sentences(study, found, warnings=warnings):
            out.print(Text(f"{indent}{mark}{statement} {details}", style=style))


def _together(problems: Sequence[Problem]) -> Problem:
    """One problem in place of equal ones in several cells."""
    cells = list(dict.fromkeys(problem.place.removeprefix("cell ") for problem in problems))
    if len(cells) == 1:
        return problems[0]
    more = f" and {len(cells) - MOST_CELLS} more" if len(cells) > MOST_CELLS else ""
    return replace(problems[0], place=f"cells {', '.join(cells[:MOST_CELLS])}{more}")
