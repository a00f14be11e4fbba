"""What the commands share: the application, arguments and options, and the output of errors."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, TypeVar

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from secretome import __version__
from secretome.protocol import InputError, Problem, load_protocol, study_folder

if TYPE_CHECKING:
    from secretome.claims import Condition
    from secretome.cohort import Study
    from secretome.protocol import Protocol, Scenario

Item = TypeVar("Item")
Loaded = TypeVar("Loaded")


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
            refusal = error
        except BrokenPipeError:
            raise  # The reader of the output has closed it.
        except OSError as error:
            found = f"{error.filename or 'the disk'} ({error.strerror or error})"
            refusal = InputError.of("the disk", "", found, "a file or folder that can be read or written to")
        except MemoryError:
            remedy = "Use smaller files, or a machine with more memory."
            refusal = InputError.of("the memory", "", "more data than fits", "data that fits in memory", remedy)
        print_problems([refusal])
        raise typer.Exit(2)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def _show_version(requested: bool) -> None:
    if requested:
        typer.echo(f"secretome {__version__}")
        raise typer.Exit


@app.callback(epilog="Example: `secretome rerun sepsis_cytokines my_rats.csv --out results`")
def secretome(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Rerun published secretome studies on new cohorts, and test which of their claims the cohorts support."""


@contextmanager
def usage_errors() -> Iterator[None]:
    """Print a ValueError of a function that checks its arguments, and exit with code 2."""
    try:
        yield
    except InputError:
        raise
    except ValueError as error:
        err.print(Text(str(error), style="red"))
        raise typer.Exit(2) from None


def _check_study(name: str) -> str:
    with usage_errors():
        folder = study_folder(name)
    return name if folder.name == name else str(folder)


StudyName = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        callback=_check_study,
        help="A study's key, which `secretome studies` lists, or the folder of your own.",
    ),
]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Cohort files: CSV or other text, Excel, Prism (.pzfx).")
]
SheetName = Annotated[
    str | None,
    typer.Option("--sheet", metavar="NAME", help="The sheet, or Prism's table, if several have a table of the study."),
]
NameMap = Annotated[
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
KeyPath = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="A file with the animal and the group of each sample, if the cohort files name samples only.",
    ),
]
ScenarioName = Annotated[
    str, typer.Option(help="The assumed truth about the animals; `secretome studies` lists the scenarios.")
]


class CohortOptions(TypedDict):
    """The options of `load_study` about a cohort file."""

    sheet: str | None
    names: dict[str, str]
    decimal: str | None
    key: Path | None


def cohort_options(
    sheet: str | None, mapped: Sequence[str] | None, decimal: str | None, key: Path | None
) -> CohortOptions:
    """The options about cohort files, which are checked once for all files."""
    from secretome.cohort import decimal_of

    # A name in a file may contain an equals sign, as in 'Sham (n=6)'.
    names = parse_pairs("--map", "OLD=NEW, such as Ctrl=control", mapped, split_last=True)
    return {"sheet": sheet, "names": names, "decimal": decimal_of(decimal), "key": key}


def parse_pairs(option: str, expected: str, texts: Sequence[str] | None, *, split_last: bool = False) -> dict[str, str]:
    """The values of an option NAME=VALUE that may be repeated; split at the first equals sign or at the last."""
    pairs: dict[str, str] = {}
    problems = []
    for text in texts or []:
        name, sign, value = text.rpartition("=") if split_last else text.partition("=")
        if not sign or not name:
            problems.append(Problem(option, "", repr(text), expected))
        elif name in pairs:
            problems.append(Problem(option, name, "the name a second time", "each name once"))
        pairs[name] = value
    if problems:
        raise InputError(problems)
    return pairs


def protocol_of(study: str) -> "Protocol":
    """The protocol of a study."""
    return load_protocol(study_folder(study) / "protocol.yml")


def scenarios_of(protocol: "Protocol") -> "list[tuple[str, Scenario]]":
    """The scenarios that a protocol states, by key."""
    return list(protocol.simulation.scenarios.items()) if protocol.simulation else []


def load_each(
    items: Iterable[Item], load: Callable[[Item], Loaded], refusals: list[InputError]
) -> Iterator[tuple[Item, Loaded]]:
    """Every item that can be loaded, with its content; the errors of the others are appended to `refusals`."""
    for item in items:
        try:
            loaded = load(item)
        except InputError as error:
            refusals.append(error)
        else:
            yield item, loaded


def write_new(file: Path, content: bytes) -> None:
    """Write a file that does not exist yet."""
    try:
        with file.open("xb") as target:
            target.write(content)
    except FileExistsError:
        found, remedy = f"the file {file}, which exists already", "Use another name."
        raise InputError.of("--out", "", found, "a new file", remedy) from None
    except OSError as error:
        raise InputError.of("--out", "", f"{file} ({error.strerror})", "a file that can be written") from error


def finish(refusals: Sequence[InputError], *, done: int, failed: int = 0) -> None:
    """Print what was refused and exit with the right code: 2 if nothing was done, 1 if only some."""
    print_problems(refusals)
    if refusals or failed:
        raise typer.Exit(1 if done or failed else 2)


def print_problems(refusals: Sequence[InputError]) -> None:
    """Print every problem on a line; those of several cells with one cause are printed once."""
    from secretome.cohort.errors import merge_problems

    for error in refusals:
        for problem in merge_problems(error.problems):
            err.print(Text(str(problem), style="red"))


def print_undecided(study: "Study") -> None:
    """Print how many lines of a protocol are marked as suggestions that nobody has decided."""
    from secretome.protocol import study_folder
    from secretome.report.text import count

    lines = (study_folder(study.folder or study.key) / "protocol.yml").read_text(encoding="utf-8").splitlines()
    if undecided := sum("  # CHOOSE" in line for line in lines):
        out.print(Text(f"{count(undecided, 'line')} of protocol.yml marked CHOOSE: decide each, and delete the mark."))


def print_conditions(study: "Study", found: "Sequence[Condition]", indent: str = "") -> None:
    """Print the conditions of a cohort; those under which the error rate is not held are printed as warnings."""
    from secretome.report import text as report_text

    for warnings, mark, style in ((True, "Warning: ", "yellow"), (False, "", "")):
        for _, statement, details in report_text.condition_sentences(study, found, warnings=warnings):
            out.print(Text(f"{indent}{mark}{statement} {details}", style=style))
