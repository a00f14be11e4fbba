"""The command that runs a study on cohorts."""

import os
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from secretome.cli.common import (
    CohortOptions,
    DecimalMark,
    Files,
    KeyPath,
    NameMap,
    SheetName,
    StudyName,
    app,
    cohort_options,
    err,
    finish,
    out,
    parse_pairs,
    print_conditions,
    print_undecided,
    protocol_of,
)
from secretome.defaults import FIGURE_FORMATS, FIGURES_VARIABLE
from secretome.protocol import InputError

if TYPE_CHECKING:
    from rich.progress import Progress

    from secretome.rerun.batch import RunOptions, RunResult
    from secretome.rerun.engine import RunPlan
    from secretome.rerun.output_paths import Existing
    from secretome.rerun.shards import Shard

# With more cohorts, the terminal shows counts; the sentences about each cohort are in its report.
MAX_DETAILED = 3
EXAMPLES = """
Examples:

- `secretome rerun treg_conditioned_medium my_donors.csv --out results`
- `secretome rerun sepsis_cytokines labs/*.xlsx --jobs 4`, and after an interruption the same with `--resume`
- `secretome rerun sepsis_cytokines labs/*.xlsx --shard 3/40`, the third of forty shards, each on a machine of its own
"""

OutFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The folder for the cohorts' folders; default reruns/STUDY."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Keep finished folders whose inputs have not changed; run the others.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace finished folders.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", metavar="NAME=VALUE", help="Set a parameter of the notebook: alpha, level or seed."),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, metavar="N", help="Cohorts at a time; by default the number of processor cores."),
]
Plain = Annotated[
    bool,
    typer.Option("--plain", help="Run each notebook by papermill in a separate kernel: the same outputs, slower."),
]
Figures = Annotated[
    str | None,
    typer.Option(
        metavar="FORMATS",
        help="File formats of figures: svg, or svg with pdf or png after commas; by default all three. svg alone "
        "is faster. `--resume` keeps finished figures as they are.",
    ),
]
Timeout = Annotated[float, typer.Option(min=1, metavar="SECONDS", help="The longest time that one cohort may take.")]
Memory = Annotated[int, typer.Option(min=1, metavar="MB", help="The most memory that one cohort may use; on Linux.")]
ShardOption = Annotated[
    str | None, typer.Option("--shard", metavar="K/N", help="Run only part K of N parts of the files.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Run on the Dask cluster whose scheduler has this address (tcp://HOST:PORT)."),
]


@app.command(epilog=EXAMPLES)
def rerun(
    study: StudyName,
    files: Files,
    key: KeyPath = None,
    folder: OutFolder = None,
    resume: Resume = False,
    force: Force = False,
    parameters: Parameters = None,
    sheet: SheetName = None,
    mapped: NameMap = None,
    decimal: DecimalMark = None,
    jobs: Jobs = None,
    plain: Plain = False,
    figures: Figures = None,
    timeout: Timeout = 1800,
    memory: Memory = 4096,
    shard: ShardOption = None,
    scheduler: Scheduler = None,
) -> None:
    """Run a study on cohort files: a report, results, verdicts and figures for each."""
    from secretome.rerun.batch import FORKS, RunOptions
    from secretome.rerun.parameters import check_parameters
    from secretome.rerun.shards import Shard

    for option, other, both in (
        ("--resume", "--force", resume and force),
        ("--shard", "--scheduler", shard and scheduler),
    ):
        if both:
            raise InputError.of(option, "", f"{other} as well", "one of the two")
    formats = _figure_formats(figures)
    typed = parse_pairs("-p", "NAME=VALUE, such as alpha=0.01", parameters)
    request = _Request(
        study=study,
        files=files,
        folder=folder or Path("reruns") / Path(study).name,
        existing="resume" if resume else "force" if force else "refuse",
        typed_parameters=typed,
        cohort=cohort_options(sheet, mapped, decimal, key),
        parameters=check_parameters(study, typed),
        options=RunOptions(plain or not FORKS, jobs or os.cpu_count() or 1, timeout, memory),
        shard=Shard.parse(shard) if shard else None,
        scheduler=scheduler,
    )
    # An environment variable also reaches the kernels and processes that run the cohorts.
    os.environ[FIGURES_VARIABLE] = ",".join(formats)
    try:
        _run(request)
    finally:
        del os.environ[FIGURES_VARIABLE]


def _figure_formats(stated: str | None) -> Sequence[str]:
    """The formats that were asked for, in one order."""
    if stated is None:
        return FIGURE_FORMATS
    named = {name.strip().casefold() for name in stated.split(",")}
    if "svg" not in named or not named <= set(FIGURE_FORMATS):
        expected = "svg, or svg with pdf or png after commas, because the report shows the svg"
        raise InputError.of("--figures", "", repr(stated), expected)
    return [name for name in FIGURE_FORMATS if name in named]


@dataclass(frozen=True)
class _Request:
    """The arguments and options of the command, checked."""

    study: str
    files: list[Path]
    folder: Path
    existing: "Existing"
    typed_parameters: dict[str, str]
    cohort: CohortOptions
    parameters: dict[str, int | float]
    options: "RunOptions"
    shard: "Shard | None"
    scheduler: str | None

    def plan(self, stack: ExitStack) -> "tuple[list[RunPlan], list[InputError]]":
        """Read the files, and lock the folder until `stack` is closed; nothing is written if no file can be run."""
        from secretome.rerun.engine import plan_runs
        from secretome.rerun.shards import output_lock

        selected = self.shard.files(self.files) if self.shard else self.files
        # Locked first, so that the remains of killed runs are removed before output folders are checked.
        exists = self.folder.is_dir()
        if exists and not self.scheduler:
            stack.enter_context(output_lock(self.folder, self.shard, self.files))
        with _progress_bar() as bar:
            plans, refusals = plan_runs(
                self.study,
                bar.track(selected, description="reading"),
                self.folder,
                self.existing,
                parameters=self.parameters,
                **self.cohort,
            )
        if plans and not exists and not self.scheduler:
            stack.enter_context(output_lock(self.folder, self.shard, self.files))
        for plan in plans if len(plans) <= MAX_DETAILED else ():
            for sentence in plan.notes:
                err.print(Text(f"{plan.paths.file.name}: {sentence}"))
        return plans, refusals

    def run(self, plans: "list[RunPlan]") -> "Generator[RunResult | None, None, None]":
        """Run the cohorts on this machine or on a cluster."""
        from secretome.rerun.batch import run_batch
        from secretome.rerun.cluster import run_on_cluster

        if self.scheduler:
            return run_on_cluster(self.scheduler, self._shard_command(plans), plans, self.options.jobs)
        return run_batch(plans, self.parameters, self.existing, self.options)

    def _shard_command(self, plans: "list[RunPlan]") -> list[str]:
        """The command that a cluster runs for each shard; it resumes, so that a shard can be started again."""
        files = [str(plan.paths.file.absolute()) for plan in plans]
        command = ["rerun", self.study, *files, "--out", str(self.folder.resolve())]
        command.append("--force" if self.existing == "force" else "--resume")
        for option, pairs in (("-p", self.typed_parameters), ("--map", self.cohort["names"])):
            command += [word for name, value in pairs.items() for word in (option, f"{name}={value}")]
        for option, value in (("--sheet", self.cohort["sheet"]), ("--decimal", self.cohort["decimal"])):
            command += [option, value] if value else []
        key = self.cohort["key"]
        command += ["--key", str(key.absolute())] if key else []
        command += ["--plain"] if self.options.plain else []
        command += ["--figures", os.environ[FIGURES_VARIABLE]]
        return [*command, "--jobs", "1", "--timeout", f"{self.options.timeout}", "--memory", f"{self.options.memory}"]


def _run(request: _Request) -> None:
    """Plan the cohorts, run them, print the results, and exit with the right code."""
    with ExitStack() as stack:
        plans, refusals = request.plan(stack)
        if not plans and not refusals:
            err.print(Text("None of the files is in this shard."))
        results, signal_number = _watch(request.run(plans), len(plans)) if plans else ([], None)
        failed = sum(bool(result.failure) for result in results)
        done = len(results) - failed
        try:
            _print_results(request.study, results, request.folder, several=len(request.files) > 1)
        except InputError as error:  # A cohort file was moved or changed during the run; the results remain valid.
            finish([error], done=done)
        except OSError as error:  # The disk is full, or a folder was deleted.
            place = f"{error.filename or request.folder}: {error.strerror}"
            err.print(Text(f"{place}. Finished cohorts remain; --resume runs the others.", style="red"))
            raise typer.Exit(1) from None
    if signal_number is not None:
        ended = f"{len(results)} of {len(plans)} cohorts have ended"
        err.print(Text(f"Stopped: {ended}; the same command with --resume runs the others."))
        raise typer.Exit(128 + signal_number)
    finish(refusals, done=done, failed=failed)


def _watch(batch: "Generator[RunResult | None, None, None]", total: int) -> "tuple[list[RunResult], int | None]":
    """Collect the results of a batch, until its end or until a signal asks to stop; return the signal too."""
    results: list[RunResult] = []
    signals: list[int] = []
    with _signals_to(signals), closing(batch) as events, _progress_bar() as bar:
        task = bar.add_task("running", total=total)
        for event in events:
            # A cluster may send a signal to every process of a job; a cohort that the signal stopped has not failed.
            if event is not None and not (signals and event.failure):
                results.append(event)
                failed = sum(bool(result.failure) for result in results)
                bar.update(task, completed=len(results), description=f"running, {failed} failed")
            bar.refresh()
            if signals:
                break
    return results, signals[0] if signals and len(results) < total else None


def _progress_bar() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    left = (TextColumn("time left"), TimeRemainingColumn())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *left)
    # Refreshed at each event and not by a thread, because processes are forked.
    return Progress(*columns, console=err, auto_refresh=False, transient=True, disable=not err.is_terminal)


@contextmanager
def _signals_to(received: list[int]) -> Iterator[None]:
    """Store Ctrl-C and SIGTERM in a list; they do not interrupt the program."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda number, _: received.append(number)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _print_results(name: str, results: "Sequence[RunResult]", folder: Path, *, several: bool) -> None:
    """Print the verdicts of each cohort, or the number of cohorts with each verdict; then the failures."""
    from secretome.report import text
    from secretome.rerun.output_paths import write_summary

    finished = [result for result in results if not result.failure]
    if len(results) <= MAX_DETAILED:
        for result in finished:
            _print_verdicts(result)
    if finished and several:
        summary = write_summary(name, folder)
        if len(results) > MAX_DETAILED:
            _print_counts(name, finished)
        out.print(Text(f"All verdicts: {summary}"))
    failed = [result for result in results if result.failure]
    if failed:
        title = f"Failed: {len(failed)} of {text.count(len(results), 'cohort')}"
        table = Table("Cohort", "Why", title=title, title_justify="left")
        for result in failed:
            table.add_row(Text(result.plan.paths.cohort), Text(result.failure, style="red"))
        # In a log, lines are not broken.
        Console(stderr=True, width=None if err.is_terminal else 1000).print(table)


def _print_counts(name: str, finished: "Sequence[RunResult]") -> None:
    """Print the number of cohorts with each verdict on each claim, and the warnings."""
    import pandas as pd

    from secretome.report import text
    from secretome.rerun.provenance import provenance_or_none

    folders = [result.plan.paths.folder for result in finished]
    verdicts = pd.concat(pd.read_csv(folder / "verdicts.csv") for folder in folders)
    counts = verdicts.groupby(["claim", "verdict"]).size().unstack(fill_value=0)
    claims = protocol_of(name).claims
    kept = sum(result.kept for result in finished)
    title = f"Verdicts of {text.count(len(finished), 'cohort')}" + (
        f", {kept} of them kept from before" if kept else ""
    )
    table = Table("Claim", *counts.columns, title=Text(title), title_justify="left")
    for claim, row in counts.iterrows():
        table.add_row(Text(claims[str(claim)].sentence), *(str(count) for count in row))
    Console().print(table)
    provenances = [provenance_or_none(folder) for folder in folders]
    for sentence in text.batch_warnings([provenance.conditions for provenance in provenances if provenance]):
        out.print(Text(sentence, style="yellow"))


def _print_verdicts(result: "RunResult") -> None:
    import pandas as pd

    from secretome.claims import conditions
    from secretome.report import text

    study, folder = result.plan.load_study(), result.plan.paths.folder
    results, verdicts, checks = (pd.read_csv(folder / f"{name}.csv") for name in ("results", "verdicts", "checks"))
    claims, endpoints = study.protocol.claims, study.protocol.endpoints
    effects = text.effects_title(endpoints[claims[key].endpoint] for key in verdicts["claim"])
    table = Table("Claim", "Verdict", effects, "p", title=Text(f"Verdicts of {study.cohort.id}"), title_justify="left")
    for _, row in verdicts.iterrows():
        claim = study.protocol.claims[row["claim"]]
        verdict = Text(row["verdict"], style="bold")
        table.add_row(Text(claim.sentence), verdict, text.ratio(row), text.verdict_p(study.protocol, row))
    print_conditions(study, conditions(study, results))
    if deaths := text.deaths_sentence(study):
        out.print(Text(deaths))
    for _, row in checks.iterrows():
        out.print(Text(text.check_sentence(study, row)))
    Console().print(table)
    out.print(Text(text.cohort_status_sentence(study, verdicts)))
    print_undecided(study)
    state = "unchanged since it was made" if result.kept else "written"
    out.print(Text(f"Report ({state}): {folder / 'report.html'}"))
