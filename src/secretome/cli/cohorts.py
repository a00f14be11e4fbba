"""Commands about a study and a cohort file, before anything is run."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
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
    scenarios_of,
    write_new,
)
from secretome.defaults import DEFAULT_SCENARIO
from secretome.protocol import InputError, Problem, load_protocol, study_folder, study_names


@app.command(epilog="Example: `secretome studies`")
def studies() -> None:
    """List the studies with their groups, endpoints and claims."""
    refusals = []
    names = study_names()
    for name in names:
        try:
            protocol = load_protocol(study_folder(name) / "protocol.yml")
        except InputError as error:
            refusals.append(InputError(replace(problem, file=f"{name}/protocol.yml") for problem in error.problems))
            continue
        out.print(Text(f"{name}: {protocol.title} ({protocol.species}, {protocol.setting})", style="bold"))
        for title, members in (
            ("groups", [f"{key}: {group.label}" for key, group in protocol.groups.items()]),
            (
                "endpoints",
                [f"{key}: {endpoint.label} ({endpoint.unit})" for key, endpoint in protocol.endpoints.items()],
            ),
            ("claims", [f"{key}: {claim.sentence}" for key, claim in protocol.claims.items()]),
            ("scenarios to simulate", [f"{key}: {scenario.about}" for key, scenario in scenarios_of(protocol)]),
        ):
            out.print(Text(f"  {title}"))
            for line in members:
                out.print(Text(f"    {line}"))
    finish(refusals, sound=len(names) - len(refusals))


@app.command(epilog="Example: `secretome check treg_conditioned_medium my_donors.csv`")
def check(
    study: StudyName, files: Files, sheet: SheetName = None, mapped: Names = None, decimal: DecimalMark = None
) -> None:
    """Show how cohort files are understood, and every problem in them, by cell. Nothing is run."""
    known(study)
    # Imported where they are used, here and below, because the import takes a second, and `--help` does not need it.
    from secretome.analysis import analyse
    from secretome.claims import adjudicate, conditions
    from secretome.cohort import load_study

    # A name in a file may hold the sign itself, as in 'Sham (n=6)'.
    names = pairs_of("--map", "OLD=NEW, such as Ctrl=control", mapped, at_last=True)
    mark = checked_decimal(decimal)
    refusals = []
    for file in files:
        try:
            loaded = load_study(study, cohort=file, sheet=sheet, names=names, decimal=mark)
        except InputError as error:
            refusals.append(error)
            continue
        out.print(Text(f"{file.name}: sound, cohort {loaded.cohort.id}", style="bold"))
        for sentence in loaded.cohort.notes:
            out.print(Text(f"  {sentence}"))
        print_conditions(loaded, conditions(loaded), indent="  ")
        verdicts = adjudicate(loaded, analyse(loaded, ("published", "planned")))
        for _, row in verdicts[verdicts["verdict"] == "untestable"].iterrows():
            out.print(
                Text(f"  these animals cannot test: {loaded.protocol.claims[row['claim']].sentence} ({row['reason']})")
            )
    finish(refusals, sound=len(files) - len(refusals))


@app.command(epilog="Example: `secretome template sepsis_cytokines -n 8 --seed 3 --out rats.xlsx`")
def template(
    study: StudyName,
    file: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE.xlsx", help="The file to write; one that exists is refused. Default STUDY.xlsx."
        ),
    ] = None,
    n: Annotated[
        int | None, typer.Option("-n", metavar="N", help="Animals per group; as many as the study's own by default.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="The same seed deals the same groups; drawn anew by default.")
    ] = None,
) -> None:
    """Make an empty sheet for the laboratory to fill in: groups dealt at random, animals coded for blinding."""
    known(study)
    from secretome.cohort.template import workbook

    target = file or Path(f"{study}.xlsx")
    if target.suffix.casefold() != ".xlsx":
        refuse([InputError([Problem("--out", "", f"the file name {target.name!r}", "one that ends in .xlsx")])])
    try:
        content = workbook(study, n=n, seed=seed)
    except ValueError as error:
        err.print(Text(str(error), style="red"))
        raise typer.Exit(2) from None
    write_new(target, content)
    out.print(Text(f"Template written: {target}. Fill it in, then: secretome check {study} {target}"))


@app.command(
    epilog="Example: `secretome simulate sepsis_cytokines --scenario null -n 8 --seed 3 --out made_up_rats.csv`"
)
def simulate(
    study: StudyName,
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write; one that exists is refused.")],
    scenario: Annotated[
        str, typer.Option(help="What is true of the animals; `secretome studies` lists the scenarios.")
    ] = DEFAULT_SCENARIO,
    n: Annotated[
        int | None, typer.Option("-n", metavar="N", help="Animals per group; the protocol's number by default.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="The same seed gives the same animals; the protocol's by default.")
    ] = None,
) -> None:
    """Make up a cohort from a study's stated assumptions. The file says in every row that it is simulated."""
    known(study)
    if file.suffix.casefold() not in (".csv", ".txt"):
        refuse([InputError([Problem("--out", "", f"the file name {file.name!r}", "one that ends in .csv")])])
    from secretome.cohort.simulate import simulate as draw
    from secretome.cohort.simulate import to_csv

    try:
        content = to_csv(draw(load_protocol(study_folder(study) / "protocol.yml"), scenario, n=n, seed=seed))
    except ValueError as error:
        err.print(Text(str(error), style="red"))
        raise typer.Exit(2) from None
    write_new(file, content)
    out.print(Text(f"Simulated cohort written: {file}"))
