"""Commands about studies, cohort files and printed tables; none of them runs a study."""

from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from secretome.cli.common import (
    DecimalMark,
    KeyPath,
    NameMap,
    ScenarioName,
    SheetName,
    StudyName,
    app,
    cohort_options,
    finish,
    load_each,
    out,
    print_conditions,
    print_undecided,
    protocol_of,
    scenarios_of,
    usage_errors,
    write_new,
)
from secretome.defaults import DEFAULT_SCENARIO
from secretome.protocol import InputError, study_names

if TYPE_CHECKING:
    from secretome.cohort import Study
    from secretome.protocol import Protocol


@app.command(epilog="Example: `secretome studies`")
def studies() -> None:
    """List the studies with their groups, endpoints and claims."""

    def load(name: str) -> "Protocol":
        try:
            return protocol_of(name)
        except InputError as error:
            raise InputError(replace(problem, file=f"{name}/protocol.yml") for problem in error.problems) from error

    refusals: list[InputError] = []
    for name, protocol in load_each(names := study_names(), load, refusals):
        out.print(Text(f"{name}: {protocol.title} ({protocol.species}, {protocol.setting})", style="bold"))
        for title, lines in {
            "groups": [f"{key}: {group.label}" for key, group in protocol.groups.items()],
            "endpoints": [f"{key}: {endpoint.label} ({endpoint.unit})" for key, endpoint in protocol.endpoints.items()],
            "claims": [f"{key}: {claim.sentence}" for key, claim in protocol.claims.items()],
            "scenarios to simulate": [f"{key}: {scenario.about}" for key, scenario in scenarios_of(protocol)],
        }.items():
            out.print(Text(f"  {title}"))
            for line in lines:
                out.print(Text(f"    {line}"))
    finish(refusals, done=len(names) - len(refusals))


@app.command(epilog="Example: `secretome check treg_conditioned_medium my_donors.csv`")
def check(
    study: StudyName,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Cohort files, as for `rerun`; none for the protocol alone."),
    ] = None,
    key: KeyPath = None,
    sheet: SheetName = None,
    mapped: NameMap = None,
    decimal: DecimalMark = None,
) -> None:
    """Show how cohort files are read, and every problem in them, by cell, or those of a protocol. Nothing is run."""
    from secretome.analysis import analyse
    from secretome.claims import adjudicate, conditions
    from secretome.cohort import load_study

    options = cohort_options(sheet, mapped, decimal, key)
    refusals: list[InputError] = []
    if not files:
        for _, loaded in load_each([study], load_study, refusals):
            _print_protocol(loaded)
        finish(refusals, done=1 - len(refusals))
        return
    for file, loaded in load_each(files, lambda file: load_study(study, cohort=file, **options), refusals):
        out.print(Text(f"{file.name}: no problem, cohort {loaded.cohort.id}", style="bold"))
        for sentence in loaded.cohort.notes:
            out.print(Text(f"  {sentence}"))
        _print_groups(loaded)
        print_conditions(loaded, conditions(loaded), indent="  ")
        # Whether a claim can be tested depends on the planned tests alone.
        verdicts = adjudicate(loaded, analyse(loaded, ("planned",)))
        for _, row in verdicts[verdicts["verdict"] == "untestable"].iterrows():
            claim = loaded.protocol.claims[row["claim"]].sentence
            out.print(Text(f"  these animals cannot test: {claim} ({row['reason']})"))
    finish(refusals, done=len(files) - len(refusals))


def _print_protocol(study: "Study") -> None:
    """Print that a protocol and its own cohort have no problem, what they contain, and how many choices are open."""
    from secretome.report.text import count

    protocol = study.protocol
    numbers = (count(len(protocol.groups), "group"), count(len(protocol.endpoints), "endpoint"))
    contents = f"{', '.join(numbers)}, {count(len(protocol.claims), 'claim')}"
    out.print(Text(f"protocol.yml: no problem; {contents}", style="bold"))
    _print_groups(study)
    print_undecided(study)


def _print_groups(study: "Study") -> None:
    """Print how many values of each group were read, and their range, to compare with the sheet."""
    from rich.console import Console
    from rich.table import Table

    from secretome.cohort.notes import group_summaries

    summaries = group_summaries(study.cohort.values, study.protocol)
    for key in dict.fromkeys(summary.endpoint for summary in summaries):
        endpoint = study.protocol.endpoints[key]
        table = Table("Group", title=Text(f"{endpoint.label} ({endpoint.unit})"), title_justify="left")
        survival = endpoint.kind == "survival"
        names = ("n", "First death", "Last death", "Deaths", "Alive", "Missing")
        for name in names if survival else ("n", "Lowest", "Highest", "Below limit", "Above limit", "Missing"):
            table.add_column(name, justify="right")
        for row in summaries:
            if row.endpoint == key:
                # Means of animals have more digits than were measured.
                digits = 4 if study.protocol.unit else 6
                ends = ["–" if isnan(value) else f"{value:.{digits}g}" for value in (row.lowest, row.highest)]
                below = row.n - row.above if survival else row.below
                table.add_row(Text(row.group), str(row.n), *ends, str(below), str(row.above), str(row.missing))
        Console().print(table)


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
        int | None, typer.Option("-n", metavar="N", help="Animals per group; by default as many as in the study.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="The same seed gives the same groups; random by default.")
    ] = None,
) -> None:
    """Make an empty sheet for the laboratory to fill in: groups randomized, animals coded for blinding."""
    from secretome.cohort.template import workbook

    target = file or Path(f"{study}.xlsx")
    _check_suffix(target, ".xlsx")
    with usage_errors():
        content = workbook(study, n=n, seed=seed)
    write_new(target, content)
    out.print(Text(f"Template written: {target}. Fill it in, then: secretome check {study} {target}"))


@app.command(
    epilog="Example: `secretome simulate sepsis_cytokines --scenario null -n 8 --seed 3 --out simulated_rats.csv`"
)
def simulate(
    study: StudyName,
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write; one that exists is refused.")],
    scenario: ScenarioName = DEFAULT_SCENARIO,
    n: Annotated[
        int | None, typer.Option("-n", metavar="N", help="Animals per group; the protocol's number by default.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="The same seed gives the same animals; the protocol's by default.")
    ] = None,
) -> None:
    """Simulate a cohort from a study's stated assumptions. Every row of the file states that it is simulated."""
    from secretome.cohort import simulate as simulation

    _check_suffix(file, ".csv", ".txt")
    with usage_errors():
        content = simulation.to_csv(simulation.simulate(protocol_of(study), scenario, n=n, seed=seed))
    write_new(file, content)
    out.print(Text(f"Simulated cohort written: {file}"))


@app.command(epilog="Example: `secretome audit notebooks/published_cohorts/reported/ums-5840.yml`")
def audit(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.yml...", help="Printed tables, in the format that the book describes.")
    ],
) -> None:
    """Check whether the numbers in a paper's tables are consistent with one another.

    A number that is inconsistent is a finding, not an error.
    """
    from secretome.audit import audit as find_inconsistencies
    from secretome.audit import load_table
    from secretome.audit import text as audit_text

    refusals: list[InputError] = []
    tables = {str(file): table for file, table in load_each(files, load_table, refusals)}
    findings = find_inconsistencies(tables)
    for name, table in tables.items():
        of_table = [finding for finding in findings if finding.file == name]
        out.print(Text(f"{name}: {table.title}", style="bold"))
        for finding in of_table:
            out.print(Text(f"  {finding.outcome}: {audit_text.finding_sentence(finding)}"))
        out.print(Text(f"  {audit_text.summary_sentence(of_table)}"))
    finish(refusals, done=len(tables))


def _check_suffix(file: Path, *suffixes: str) -> None:
    if file.suffix.casefold() not in suffixes:
        raise InputError.of("--out", "", f"the file name {file.name!r}", f"a file name that ends in {suffixes[0]}")
