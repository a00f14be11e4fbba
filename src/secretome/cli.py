"""The `secretome` command. It only reads what was typed and prints what came out."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import pandas as pd
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from secretome import tables, words
from secretome.analysis import analyse
from secretome.claims import FEWEST, adjudicate
from secretome.cohort import load_study
from secretome.protocol import Problem, Protocol, Refusal, Scenario, load_protocol, nearest, study_folder, study_names
from secretome.reported import audit, load_table
from secretome.simulate import DEFAULT_SCENARIO, to_csv
from secretome.simulate import simulate as draw

if TYPE_CHECKING:
    from secretome.rerun import Outcome

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Rerun published secretome studies on new cohorts, and ask which of their claims these support.",
)
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A study's key; `secretome studies` lists them.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Cohort files: CSV or other text, Excel, Prism (.pzfx).")]
SheetName = Annotated[
    str | None, typer.Option("--sheet", metavar="NAME", help="The sheet, or Prism's table, where several hold a table of the study.")
]
Names = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="OLD=NEW", help="Read a name in the file as one of the study's groups or endpoints; may be repeated."),
]


@app.command(epilog="Example: `secretome studies`")
def studies() -> None:
    """List the studies with their groups, endpoints and claims."""
    for name in study_names():
        protocol = load_protocol(study_folder(name) / "protocol.yml")
        out.print(Text(f"{name}: {protocol.title} ({protocol.species}, {protocol.setting})", style="bold"))
        for title, members in (
            ("groups", [f"{key}: {group.label}" for key, group in protocol.groups.items()]),
            ("endpoints", [f"{key}: {endpoint.label} ({endpoint.unit})" for key, endpoint in protocol.endpoints.items()]),
            ("claims", [f"{key}: {claim.sentence}" for key, claim in protocol.claims.items()]),
            ("scenarios to simulate", [f"{key}: {scenario.about}" for key, scenario in _scenarios(protocol)]),
        ):
            out.print(Text(f"  {title}"))
            for line in members:
                out.print(Text(f"    {line}"))


@app.command(epilog="Example: `secretome check treg_conditioned_medium my_donors.csv`")
def check(study: StudyName, files: Files, sheet: SheetName = None, mapped: Names = None) -> None:
    """Show how cohort files are understood, and every problem in them, by cell. Nothing is run."""
    _known(study)
    names = _stated("--map", "OLD=NEW, such as Ctrl=control", mapped)
    refusals = []
    for file in files:
        try:
            loaded = load_study(study, cohort=file, sheet=sheet, names=names)
        except Refusal as refusal:
            refusals.append(refusal)
            continue
        out.print(Text(f"{file.name}: sound, cohort {loaded.cohort.id}", style="bold"))
        for sentence in loaded.cohort.understood:
            out.print(Text(f"  {sentence}"))
        verdicts = adjudicate(loaded, analyse(loaded, ("published", "planned")))
        for _, row in verdicts[verdicts["verdict"] == "untestable"].iterrows():
            out.print(Text(f"  these animals cannot test: {loaded.protocol.claims[row['claim']].sentence} ({row['rule']})"))
    _finish(refusals, sound=len(files) - len(refusals))


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

    _known(study)
    if resume and force:
        _refuse([Refusal([Problem("--resume", "", "--force beside it", "one of the two")])])
    existing: runs.Existing = "resume" if resume else "force" if force else "refuse"
    target = folder or Path("reruns") / study
    stated = _stated("-p", "NAME=VALUE, such as alpha=0.01", parameters)
    names = _stated("--map", "OLD=NEW, such as Ctrl=control", mapped)
    try:
        values = runs.check_parameters(study, stated)
    except Refusal as refusal:
        _refuse([refusal])
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
    _finish(refusals, sound=len(outcomes), failed=len(failed))


@app.command(epilog="Example: `secretome template sepsis_cytokines -n 8 --seed 3 --out rats.xlsx`")
def template(
    study: StudyName,
    file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="The file to write; one that exists is refused. Default STUDY.xlsx.")
    ] = None,
    n: Annotated[int | None, typer.Option("-n", metavar="N", help="Animals per group; as many as the study's own by default.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="S", help="The same seed deals the same groups; drawn anew by default.")] = None,
) -> None:
    """Make an empty sheet for the laboratory to fill in: groups dealt at random, animals coded for blinding."""
    from secretome.template import workbook

    _known(study)
    target = file or Path(f"{study}.xlsx")
    if target.suffix.casefold() != ".xlsx":
        _refuse([Refusal([Problem("--out", "", f"the file name {target.name!r}", "one that ends in .xlsx")])])
    try:
        content = workbook(study, n=n, seed=seed)
    except ValueError as error:
        err.print(Text(str(error), style="red"))
        raise typer.Exit(2) from None
    _write_new(target, content)
    out.print(Text(f"Template written: {target}. Fill it in, then: secretome check {study} {target}"))


@app.command(epilog="Example: `secretome simulate sepsis_cytokines --scenario null -n 8 --seed 3 --out made_up_rats.csv`")
def simulate(
    study: StudyName,
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write; one that exists is refused.")],
    scenario: Annotated[str, typer.Option(help="What is true of the animals; `secretome studies` lists the scenarios.")] = DEFAULT_SCENARIO,
    n: Annotated[int | None, typer.Option("-n", metavar="N", help="Animals per group; the protocol's number by default.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="S", help="The same seed gives the same animals; the protocol's by default.")] = None,
) -> None:
    """Make up a cohort from a study's stated assumptions. The file says in every row that it is simulated."""
    _known(study)
    try:
        content = to_csv(draw(load_protocol(study_folder(study) / "protocol.yml"), scenario, n=n, seed=seed))
    except ValueError as error:
        err.print(Text(str(error), style="red"))
        raise typer.Exit(2) from None
    _write_new(file, content)
    out.print(Text(f"Simulated cohort written: {file}"))


@app.command(epilog="Example: `secretome reported notebooks/published_cohorts/reported/ums-5840.yml`")
def reported(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.yml...", help="Printed tables, as the book describes them.")],
) -> None:
    """Check whether the numbers that a paper prints agree with one another. A number that differs is a finding, not an error."""
    tables, refusals = {}, []
    for file in files:
        try:
            tables[str(file)] = load_table(file)
        except Refusal as refusal:
            refusals.append(refusal)
    findings = audit(tables)
    for name, table in tables.items():
        own = [finding for finding in findings if finding.file == name]
        out.print(Text(f"{name}: {table.title}", style="bold"))
        for finding in own:
            out.print(Text(f"  {finding.outcome}: {words.finding_sentence(finding)}"))
        out.print(Text(f"  {words.summary_sentence(own)}"))
    _finish(refusals, sound=len(tables))


@app.command(epilog="Example: `secretome power sepsis_cytokines --claim il4_rises_t2 -n 8,12,16 --effect 0.5`")
def power(
    study: StudyName,
    claim: Annotated[str | None, typer.Option(metavar="ID", help="One claim; all of the study's by default.")] = None,
    sizes: Annotated[
        str | None, typer.Option("-n", metavar="N,N,...", help="Animals per group; by default the smallest that reach the target.")
    ] = None,
    scenario: Annotated[str, typer.Option(help="What is true of the animals; `secretome studies` lists the scenarios.")] = DEFAULT_SCENARIO,
    effect: Annotated[float, typer.Option(help="The share of the assumed effect that is true, on the log scale.")] = 1.0,
    target: Annotated[float, typer.Option(help="How often the claim is to be supported.")] = 0.8,
    cohorts: Annotated[
        int | None, typer.Option(help="Simulated cohorts per size; by default 100 000, or 2000 where a model must be fitted.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed gives the same shares.")] = 1,
) -> None:
    """How often a design would support, contradict or leave open each claim, and how many animals are enough."""
    # Imported here because it takes a second, which `--help` need not wait for.
    from secretome import power as planning

    _known(study)
    protocol = load_protocol(study_folder(study) / "protocol.yml")
    numbers = _power_options(protocol, claim, sizes, scenario, effect, target, cohorts, seed)
    for key in [claim] if claim else list(protocol.claims):
        with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as progress:
            task = progress.add_task(f"{key}: simulating")
            about: dict[str, Any] = {"scenario": scenario, "effect": effect, "cohorts": cohorts, "seed": seed}
            about["done"] = lambda n, progress=progress, task=task, key=key: progress.update(task, description=f"{key}: n = {n} done")
            if numbers:
                rates = planning.claim_rates(protocol, key, numbers, **about)
                found = None
            else:
                found = planning.smallest_n(protocol, key, target=target, **about)
                rates = found.rates
        table = tables.power_table(rates)
        shown = Table(*table.columns, title=Text(protocol.claims[key].sentence), title_justify="left")
        for row in table.itertuples(index=False):
            shown.add_row(*map(str, row))
        Console().print(shown)
        out.print(Text(words.exact_sentence(protocol, protocol.claims[key], planning.first_exact_n(protocol, key))))
        if found:
            out.print(Text(words.ethics_sentence(protocol, key, found.n, rates, target)))
        out.print()
    out.print(Text(words.assumed_sentence(protocol, scenario, effect)))


def _power_options(
    protocol: Protocol, claim: str | None, sizes: str | None, scenario: str, effect: float, target: float, cohorts: int | None, seed: int
) -> list[int]:
    """The sizes asked for, once everything that was typed has been found sound."""
    problems = []
    if claim is not None and claim not in protocol.claims:
        guess = nearest(claim, protocol.claims)
        remedy = f"The nearest is {guess!r}." if guess else ""
        problems.append(Problem("--claim", "", repr(claim), f"one of {', '.join(protocol.claims)}", remedy))
    scenarios = dict(_scenarios(protocol))
    if scenario not in scenarios:
        problems.append(Problem("--scenario", "", repr(scenario), f"one of {', '.join(scenarios)}"))
    numbers = [part.strip() for part in sizes.split(",")] if sizes else []
    # Three values are the fewest that a verdict is given on.
    wrong = [text for text in numbers if not text.isdecimal() or not FEWEST <= int(text) <= 200]
    if wrong:
        problems.append(Problem("-n", "", ", ".join(map(repr, wrong)), f"whole numbers from {FEWEST} to 200, such as 8,12,16"))
    for name, value, sound, expected in (
        ("--effect", effect, 0 < effect <= 10, "a number above 0 and at most 10, such as 0.5"),
        ("--target", target, 0 < target < 1, "a number between 0 and 1, such as 0.8"),
        ("--cohorts", cohorts, cohorts is None or 100 <= cohorts <= 1_000_000, "a whole number from 100 to 1000000"),
        ("--seed", seed, seed >= 0, "a whole number from 0 upwards"),
    ):
        if not sound:
            problems.append(Problem(name, "", repr(value), expected))
    if problems:
        _refuse([Refusal(problems)])
    return [int(text) for text in numbers]


def main() -> None:
    """Run the command; the entry point of the installed script."""
    app()


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


def _write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet."""
    try:
        with file.open("xb") as target:
            target.write(content)
    except FileExistsError:
        _refuse([Refusal([Problem("--out", "", f"the file {file}, which is there already", "a new one", "Name another.")])])
    except OSError as error:
        _refuse([Refusal([Problem("--out", "", f"{file} ({error.strerror})", "a place that can be written to")])])


def _scenarios(protocol: Protocol) -> list[tuple[str, Scenario]]:
    return list(protocol.simulation.scenarios.items()) if protocol.simulation else []


def _known(study: str) -> None:
    try:
        study_folder(study)
    except ValueError as error:
        err.print(Text(str(error), style="red"))
        raise typer.Exit(2) from None


def _stated(option: str, expected: str, texts: Sequence[str] | None) -> dict[str, str]:
    """What was typed as NAME=VALUE after an option that may be repeated."""
    pairs: dict[str, str] = {}
    problems = []
    for text in texts or []:
        name, sign, value = text.partition("=")
        if not sign or not name:
            problems.append(Problem(option, "", repr(text), expected))
        elif name in pairs:
            problems.append(Problem(option, name, "the name a second time", "each once"))
        pairs[name] = value
    if problems:
        _refuse([Refusal(problems)])
    return pairs


def _refuse(refusals: Sequence[Refusal]) -> NoReturn:
    _tell(refusals)
    raise typer.Exit(2)


def _finish(refusals: Sequence[Refusal], *, sound: int, failed: int = 0) -> None:
    """Tell what was refused and leave with the right code: 2 if nothing was done, 1 if only some."""
    _tell(refusals)
    if refusals or failed:
        raise typer.Exit(1 if sound or failed else 2)


def _tell(refusals: Sequence[Refusal]) -> None:
    for refusal in refusals:
        for problem in refusal.problems:
            err.print(Text(str(problem), style="red"))
