"""The command that says how many animals are enough."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from secretome.cli.common import StudyName, app, err, known, out, refuse, scenarios_of
from secretome.defaults import DEFAULT_SCENARIO
from secretome.protocol import InputError, Problem, load_protocol, nearest, study_folder

if TYPE_CHECKING:
    from secretome.protocol import Protocol


@app.command(epilog="Example: `secretome power sepsis_cytokines --claim il4_rises_t2 -n 8,12,16 --effect 0.5`")
def power(
    study: StudyName,
    claim: Annotated[str | None, typer.Option(metavar="ID", help="One claim; all of the study's by default.")] = None,
    sizes: Annotated[
        str | None,
        typer.Option("-n", metavar="N,N,...", help="Animals per group; by default the smallest that reach the target."),
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="What is true of the animals; `secretome studies` lists the scenarios.")
    ] = DEFAULT_SCENARIO,
    effect: Annotated[
        float, typer.Option(help="The share of the assumed effect that is true, on the log scale.")
    ] = 1.0,
    target: Annotated[float, typer.Option(help="How often the claim is to be supported.")] = 0.8,
    cohorts: Annotated[
        int | None,
        typer.Option(help="Simulated cohorts per size; by default 100 000, or 2000 where a model must be fitted."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed gives the same shares.")] = 1,
) -> None:
    """How often a design would support, contradict or leave open each claim, and how many animals are enough."""
    known(study)
    # Imported here because the import takes a second, and `--help` does not need it.
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from secretome import power as planning
    from secretome.power import tables as power_tables
    from secretome.power import text as power_text

    protocol = load_protocol(study_folder(study) / "protocol.yml")
    numbers = _power_options(protocol, claim, sizes, scenario, effect, target, cohorts, seed)
    for key in [claim] if claim else list(protocol.claims):
        with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as progress:
            task = progress.add_task(f"{key}: simulating")
            about: dict[str, Any] = {"scenario": scenario, "effect": effect, "cohorts": cohorts, "seed": seed}
            about["done"] = lambda n, progress=progress, task=task, key=key: progress.update(
                task, description=f"{key}: n = {n} done"
            )
            if numbers:
                rates = planning.claim_rates(protocol, key, numbers, **about)
                found = None
            else:
                found = planning.smallest_n(protocol, key, target=target, **about)
                rates = found.rates
        table = power_tables.power_table(rates)
        shown = Table(*table.columns, title=Text(protocol.claims[key].sentence), title_justify="left")
        for row in table.itertuples(index=False):
            shown.add_row(*map(str, row))
        Console().print(shown)
        out.print(
            Text(power_text.exact_sentence(protocol, protocol.claims[key], planning.first_exact_n(protocol, key)))
        )
        if found:
            out.print(Text(power_text.ethics_sentence(protocol, key, found.n, rates, target)))
        out.print()
    out.print(Text(power_text.assumed_sentence(protocol, scenario, effect)))


def _power_options(
    protocol: "Protocol",
    claim: str | None,
    sizes: str | None,
    scenario: str,
    effect: float,
    target: float,
    cohorts: int | None,
    seed: int,
) -> list[int]:
    """The sizes asked for, once everything that was typed has been found sound."""
    from secretome.claims import FEWEST

    problems = []
    if claim is not None and claim not in protocol.claims:
        guess = nearest(claim, protocol.claims)
        remedy = f"The nearest is {guess!r}." if guess else ""
        problems.append(Problem("--claim", "", repr(claim), f"one of {', '.join(protocol.claims)}", remedy))
    scenarios = dict(scenarios_of(protocol))
    if not scenarios:
        remedy = "Add the key 'simulation' to its protocol.yml."
        refuse(
            [
                InputError(
                    [Problem(protocol.key, "", "no assumptions for a simulation", "a study with a simulation", remedy)]
                )
            ]
        )
    if scenario not in scenarios:
        problems.append(Problem("--scenario", "", repr(scenario), f"one of {', '.join(scenarios)}"))
    if effect != 1 and not any(group.role == "control" for group in protocol.groups.values()):
        problems.append(Problem("--effect", "", repr(effect), "1, because the study has no group of role 'control'"))
    numbers = [part.strip() for part in sizes.split(",")] if sizes else []
    # Three values are the fewest that a verdict is given on.
    wrong = [text for text in numbers if not text.isdecimal() or not FEWEST <= int(text) <= 200]
    if wrong:
        problems.append(
            Problem("-n", "", ", ".join(map(repr, wrong)), f"whole numbers from {FEWEST} to 200, such as 8,12,16")
        )
    for name, value, sound, expected in (
        ("--effect", effect, 0 < effect <= 10, "a number above 0 and at most 10, such as 0.5"),
        ("--target", target, 0 < target < 1, "a number between 0 and 1, such as 0.8"),
        ("--cohorts", cohorts, cohorts is None or 100 <= cohorts <= 1_000_000, "a whole number from 100 to 1000000"),
        ("--seed", seed, seed >= 0, "a whole number from 0 upwards"),
    ):
        if not sound:
            problems.append(Problem(name, "", repr(value), expected))
    if problems:
        refuse([InputError(problems)])
    return [int(text) for text in numbers]
