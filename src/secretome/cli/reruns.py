"""The command that runs a study on cohorts."""

import json
import os
import signal
from collections import Counter
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
    DecimalMark,
    Files,
    Names,
    SheetName,
    StudyName,
    app,
    checked_decimal,
    err,
    finish,
    known,
    out,
    pairs_of,
    print_conditions,
    refuse,
)
from secretome.protocol import InputError, Problem, load_protocol, study_folder

if TYPE_CHECKING:
    from rich.progress import Progress

    from secretome import rerun as runs

# Beyond this many cohorts a terminal shows counts, and each cohort's own sentences are in its report.
SHOWN = 3
EXAMPLES = """
Examples:

- `secretome rerun treg_conditioned_medium my_donors.csv --out results`
- `secretome rerun sepsis_cytokines labs/*.xlsx --jobs 4`, and after an interruption the same with `--resume`
- `secretome rerun sepsis_cytokines labs/*.xlsx --shard 3/40`, the third part of forty, each on a machine of its own
"""


@app.command(epilog=EXAMPLES)
def rerun(
    study: StudyName,
    files: Files,
    folder: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the cohorts' folders go; default reruns/STUDY.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Keep finished folders that nothing has changed under; make the others anew."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Make folders anew that are already there.")] = False,
    parameters: Annotated[
        list[str] | None,
        typer.Option("-p", metavar="NAME=VALUE", help="Set a parameter of the notebook: alpha, level or seed."),
    ] = None,
    sheet: SheetName = None,
    mapped: Names = None,
    decimal: DecimalMark = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, metavar="N", help="Cohorts at once; default as many as cores.")
    ] = None,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help="Run each notebook by papermill with a kernel of its own: the same outputs, slower."
        ),
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="The longest that one cohort may take.")
    ] = 1800,
    memory: Annotated[
        int, typer.Option(min=1, metavar="MB", help="The most memory that one cohort may take; on Linux.")
    ] = 4096,
    shard: Annotated[str | None, typer.Option(metavar="K/N", help="Run only part K of N of the files.")] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Run on the Dask cluster whose scheduler has this address (tcp://HOST:PORT)."),
    ] = None,
) -> None:
    """Run a study on cohort files: a report, results, verdicts and figures for each."""
    known(study)
    # Imported here because it takes a second, which `--help` and `check` need not wait for.
    from secretome import rerun as runs

    for other, one, both in (
        ("--force", "--resume", resume and force),
        ("--scheduler", "--shard", shard and scheduler),
    ):
        if both:
            refuse([InputError([Problem(one, "", f"{other} beside it", "one of the two")])])
    existing: runs.Existing = "resume" if resume else "force" if force else "refuse"
    target = folder or Path("reruns") / study
    stated = pairs_of("-p", "NAME=VALUE, such as alpha=0.01", parameters)
    # A name in a file may hold the sign itself, as in 'Sham (n=6)'.
    names = pairs_of("--map", "OLD=NEW, such as Ctrl=control", mapped, at_last=True)
    way = runs.RunOptions(plain or not runs.FORKS, jobs or os.cpu_count() or 1, timeout, memory)
    asked = _Asked(
        study, files, target, existing, stated, names, sheet, checked_decimal(decimal), way, shard, scheduler
    )
    with ExitStack() as held:
        try:
            ready, refusals = asked.plan(held)
            if not ready:
                if not refusals:
                    err.print(Text("None of the files is in this shard."))
                return finish(refusals, sound=0)
            done, signalled = _watch(asked.run(ready), len(ready))
        except InputError as error:
            refuse([error])
        try:
            _show(study, done, target, several=len(files) > 1)
        except InputError as error:  # a cohort file was moved or changed meanwhile; its results stand
            finish([error], sound=sum(not each.failure for each in done))
        except OSError as error:  # the disk is full, or a folder was taken away
            err.print(
                Text(
                    f"{error.filename or target}: {error.strerror}. What is finished stands; --resume does the rest.",
                    style="red",
                )
            )
            raise typer.Exit(1) from None
    if signalled is not None:
        err.print(
            Text(
                f"Stopped. {len(done)} of {len(ready)} cohorts were dealt with; the same command with --resume runs "
                "the others."
            )
        )
        raise typer.Exit(128 + signalled)
    return finish(
        refusals, sound=sum(not each.failure for each in done), failed=sum(bool(each.failure) for each in done)
    )


@dataclass(frozen=True)
class _Asked:
    """What was asked of the command."""

    study: str
    files: list[Path]
    target: Path
    existing: "runs.Existing"
    stated: dict[str, str]
    names: dict[str, str]
    sheet: str | None
    decimal: str | None
    way: "runs.RunOptions"
    shard: str | None
    scheduler: str | None

    def plan(self, held: ExitStack) -> "tuple[list[runs.RunPlan], list[InputError]]":
        """Read the files, and hold the folder until all is done; but write nothing for files of which none is sound."""
        from secretome import rerun as runs

        values = runs.check_parameters(self.study, self.stated)
        part = runs.Shard.read(self.shard) if self.shard else None
        mine = part.of_files(self.files) if part else self.files
        # What a killed run left is cleared away before places are looked at.
        there = self.target.is_dir()
        if there and not self.scheduler:
            held.enter_context(runs.output_lock(self.target, part, self.files))
        with _bar() as bar:
            files = bar.track(mine, description="reading")
            ready, refusals = runs.plan(
                self.study,
                files,
                self.target,
                self.existing,
                sheet=self.sheet,
                names=self.names,
                decimal=self.decimal,
                parameters=values,
            )
        if ready and not there and not self.scheduler:
            held.enter_context(runs.output_lock(self.target, part, self.files))
        for each in ready if len(ready) <= SHOWN else ():
            for sentence in each.understood:
                err.print(Text(f"{each.place.file.name}: {sentence}"))
        return ready, refusals

    def run(self, ready: "list[runs.RunPlan]") -> "Generator[runs.RunResult | None, None, None]":
        """Run the cohorts, here or on a cluster."""
        from secretome import rerun as runs

        if self.scheduler:
            return runs.on_cluster(self.scheduler, self._command(ready), ready, self.way.jobs)
        return runs.run(ready, runs.check_parameters(self.study, self.stated), self.existing, self.way)

    def _command(self, ready: "list[runs.RunPlan]") -> list[str]:
        """The command whose shards a cluster runs.

        Its folders were free when it was looked, so a shard begun again goes on.
        """
        command = [
            "rerun",
            self.study,
            *(str(each.place.file.resolve()) for each in ready),
            "--out",
            str(self.target.resolve()),
        ]
        command.append("--force" if self.existing == "force" else "--resume")
        for option, pairs in (("-p", self.stated), ("--map", self.names)):
            command += [word for name, value in pairs.items() for word in (option, f"{name}={value}")]
        command += ["--sheet", self.sheet] if self.sheet else []
        command += ["--decimal", self.decimal] if self.decimal else []
        command += ["--plain"] if self.way.plain else []
        return [*command, "--jobs", "1", "--timeout", f"{self.way.timeout}", "--memory", f"{self.way.memory}"]


def _watch(
    batch: "Generator[runs.RunResult | None, None, None]", total: int
) -> "tuple[list[runs.RunResult], int | None]":
    """Follow a batch with a bar on a terminal, until its end or until a signal asks to stop."""
    done: list[runs.RunResult] = []
    signals: list[int] = []
    with _signals_to(signals), closing(batch) as events, _bar() as bar:
        task = bar.add_task("running", total=total)
        for event in events:
            # A cluster may send a signal to every process of a job; a cohort that the signal stopped has not failed.
            if event is not None and not (signals and event.failure):
                done.append(event)
                bar.update(
                    task, completed=len(done), description=f"running, {sum(bool(each.failure) for each in done)} failed"
                )
            bar.refresh()
            if signals:
                break
    return done, signals[0] if signals and len(done) < total else None


def _bar() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # Drawn when something has happened, not by a thread of its own: processes are forked beside it.
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("time left"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=err, auto_refresh=False, transient=True, disable=not err.is_terminal)


@contextmanager
def _signals_to(heard: list[int]) -> Iterator[None]:
    """Note Ctrl-C and SIGTERM in a list instead of breaking off in the middle of something."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda number, _: heard.append(number)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _show(name: str, done: "Sequence[runs.RunResult]", target: Path, *, several: bool) -> None:
    """Print what came out: each cohort's verdicts if they are few, otherwise how often each verdict came."""
    from secretome import rerun as runs
    from secretome.report import text

    sound = [each for each in done if not each.failure]
    if len(done) <= SHOWN:
        for each in sound:
            _print_verdicts(each)
    if sound and several:
        summary = runs.write_summary(name, target)
        if len(done) > SHOWN:
            _print_counts(sound)
        out.print(Text(f"All verdicts: {summary}"))
    failed = [each for each in done if each.failure]
    if failed:
        table = Table(
            "Cohort", "Why", title=f"Failed: {len(failed)} of {text.count(len(done), 'cohort')}", title_justify="left"
        )
        for each in failed:
            table.add_row(Text(each.ready.place.cohort), Text(each.failure, style="red"))
        # A log has no edge at which to break a line.
        Console(stderr=True, width=None if err.is_terminal else 1000).print(table)


def _print_counts(sound: "Sequence[runs.RunResult]") -> None:
    """How often each verdict on each claim came."""
    import pandas as pd

    from secretome.report import text

    verdicts = pd.concat(pd.read_csv(each.ready.place.folder / "verdicts.csv") for each in sound)
    counts = verdicts.groupby(["claim", "verdict"]).size().unstack(fill_value=0)
    claims = load_protocol(study_folder(sound[0].ready.place.study) / "protocol.yml").claims
    kept = sum(each.kept for each in sound)
    title = f"Verdicts of {text.count(len(sound), 'cohort')}" + (f", {kept} of them kept from before" if kept else "")
    table = Table("Claim", *counts.columns, title=Text(title), title_justify="left")
    for claim, row in counts.iterrows():
        table.add_row(Text(claims[str(claim)].sentence), *(str(count) for count in row))
    Console().print(table)
    _print_warnings(sound)


def _print_warnings(sound: "Sequence[runs.RunResult]") -> None:
    """Print the number of cohorts in which the error rate may not be held, and the reasons."""
    from secretome.claims.conditions import WARNINGS

    codes = [set(_conditions_of(done)) & WARNINGS for done in sound]
    if warned := sum(map(bool, codes)):
        counts = Counter(code for own in codes for code in own)
        why = ", ".join(f"{code} {n}" for code, n in counts.most_common())
        out.print(
            Text(
                f"Warning: in {warned} of these cohorts the error rate may not be held ({why}). Their reports give "
                "details.",
                style="yellow",
            )
        )


def _conditions_of(done: "runs.RunResult") -> list[str]:
    """The codes of the conditions of a finished cohort."""
    made = json.loads((done.ready.place.folder / "provenance.json").read_text(encoding="utf-8"))
    return [each["code"] for each in made.get("conditions", [])]


def _print_verdicts(done: "runs.RunResult") -> None:
    import pandas as pd

    from secretome.claims import conditions
    from secretome.report import text

    study, folder = done.ready.study(), done.ready.place.folder
    verdicts = pd.read_csv(folder / "verdicts.csv")
    claims = study.protocol.claims
    table = Table("Claim", "Verdict", "Ratio", "p", title=Text(f"Verdicts of {study.cohort.id}"), title_justify="left")
    for _, row in verdicts.iterrows():
        table.add_row(
            Text(claims[row["claim"]].sentence),
            Text(row["verdict"], style="bold"),
            text.ratio(row),
            text.verdict_p(claims[row["claim"]], row),
        )
    print_conditions(study, conditions(study, pd.read_csv(folder / "results.csv")))
    if deaths := text.deaths_sentence(study):
        out.print(Text(deaths))
    checks = pd.read_csv(folder / "checks.csv")
    for _, row in checks.iterrows():
        out.print(Text(text.check_sentence(study, row)))
    Console().print(table)
    out.print(Text(text.cohort_status_sentence(study, verdicts)))
    state = "unchanged since it was made" if done.kept else "written"
    out.print(Text(f"Report ({state}): {folder / 'report.html'}"))
