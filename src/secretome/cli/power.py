"""The command that calculates power and sample sizes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from secretome.cli.common import ScenarioName, StudyName, app, err, out, protocol_of, scenarios_of
from secretome.defaults import DEFAULT_SCENARIO
from secretome.protocol import InputError, Problem, nearest

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
    scenario: ScenarioName = DEFAULT_SCENARIO,
    effect: Annotated[
        float, typer.Option(help="The true effect as a share of the assumed one, on the log scale.")
    ] = 1.0,
    target: Annotated[float, typer.Option(help="The power to reach: how often the claim is supported.")] = 0.8,
    cohorts: Annotated[
        int | None,
        typer.Option(
            help="Simulated cohorts per size; by default 20 000, fewer in large groups or if a model must be fitted."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed gives the same results.")] = 1,
) -> None:
    """How often a design would support, contradict or leave open each claim, and how many animals are enough."""
    from secretome.power import text as power_text

    protocol = protocol_of(study)
    numbers = sizes.split(",") if sizes else []
    problems = [
        *_name_problems(protocol, claim, scenario),
        *_number_problems(protocol, numbers, effect, target, cohorts, seed),
    ]
    if problems:
        raise InputError(problems)
    for key in [claim] if claim else list(protocol.simulated.claims):
        assumed: dict[str, Any] = {"scenario": scenario, "effect": effect, "cohorts": cohorts, "seed": seed}
        _print_power(protocol, key, [int(number) for number in numbers], target, assumed)
    out.print(Text(power_text.assumed_sentence(protocol, scenario, effect)))


def _print_power(protocol: "Protocol", key: str, numbers: list[int], target: float, assumed: dict[str, Any]) -> None:
    """Print the table and sentences of one claim: for these sizes, or else for the sizes up to the smallest enough."""
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from secretome import power as planning
    from secretome.power import tables as power_tables
    from secretome.power import text as power_text

    claim, smallest = protocol.claims[key], None
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as progress:
        task = progress.add_task(f"{key}: simulating")

        def show(n: int) -> None:
            progress.update(task, description=f"{key}: n = {n} done")

        if numbers:
            rates = planning.claim_rates(protocol, key, numbers, done=show, **assumed)
        else:
            smallest = planning.smallest_n(protocol, key, target=target, done=show, **assumed)
            rates = smallest.rates
    rows = power_tables.power_table(rates)
    table = Table(*rows.columns, title=Text(claim.sentence), title_justify="left")
    for row in rows.itertuples(index=False):
        table.add_row(*map(str, row))
    Console().print(table)
    if exact := power_text.exact_sentence(protocol, key):
        out.print(Text(exact))
    if smallest:
        out.print(Text(power_text.ethics_sentence(protocol, key, smallest.n, rates, target)))
    out.print()


def _name_problems(protocol: "Protocol", claim: str | None, scenario: str) -> list[Problem]:
    problems = []
    scenarios = dict(scenarios_of(protocol))
    if not scenarios:
        found, expected = "no simulation in protocol.yml", "assumptions about new animals"
        raise InputError.of(protocol.key, "", found, expected, protocol.no_simulation)
    drawn = protocol.simulated.claims
    if claim is not None and claim not in drawn:
        guess = nearest(claim, drawn)
        remedy = f"The nearest is {guess!r}." if guess else ""
        if claim in protocol.claims:
            remedy = "The simulation of this study does not draw its endpoint."
        problems.append(Problem("--claim", "", repr(claim), f"one of {', '.join(drawn)}", remedy))
    if scenario not in scenarios:
        problems.append(Problem("--scenario", "", repr(scenario), f"one of {', '.join(scenarios)}"))
    return problems


def _number_problems(
    protocol: "Protocol", numbers: Sequence[str], effect: float, target: float, cohorts: int | None, seed: int
) -> list[Problem]:
    from secretome.claims import MIN_N

    stripped = [text.strip() for text in numbers]
    # With fewer values there is no verdict.
    unfit = [text for text in stripped if not text.isdecimal() or not MIN_N <= int(text) <= 200]
    has_control = any(group.role == "control" for group in protocol.groups.values())
    checks = (
        ("-n", ", ".join(map(repr, unfit)), not unfit, f"whole numbers from {MIN_N} to 200, such as 8,12,16"),
        ("--effect", repr(effect), effect == 1 or has_control, "1, because no group of the study has role 'control'"),
        ("--effect", repr(effect), 0 < effect <= 10, "a number above 0 and at most 10, such as 0.5"),
        ("--target", repr(target), 0 < target < 1, "a number between 0 and 1, such as 0.8"),
        (
            "--cohorts",
            repr(cohorts),
            cohorts is None or 100 <= cohorts <= 1_000_000,
            "a whole number from 100 to 1000000",
        ),
        ("--seed", repr(seed), seed >= 0, "a whole number from 0 upwards"),
    )
    return [Problem(option, "", found, expected) for option, found, holds, expected in checks if not holds]
