"""Read the files of reported tables."""

from pathlib import Path

from secretome.audit.models import ReportedTable
from secretome.protocol import InputError, Problem, nearest, notebooks_folder
from secretome.protocol.json_files import SUFFIX, has_pydantic, read_json


def load_table(path: Path) -> ReportedTable:
    """Read the file of a reported table.

    Parameters
    ----------
    path : Path
        A YAML file as the book's page on reported tables describes it.

    Returns
    -------
    ReportedTable

    Raises
    ------
    InputError
        If the file cannot be read. Lists, with its line, every key that is missing, unknown, repeated or wrong, and
        every group that is named but not listed.

    Examples
    --------
    >>> from secretome.protocol import notebooks_folder
    >>> table = load_table(notebooks_folder() / "published_cohorts" / "reported" / "ums-5840.yml")
    >>> list(table.groups)
    ['control', 'pristane', 'secretome']
    """
    if not has_pydantic() and path.with_suffix(SUFFIX).is_file():
        # Validated when the JSON was written.
        return read_json(path, ReportedTable)
    from secretome.protocol.yaml_files import TEXT_LOADER, line_of, read_model

    table, lines = read_model(
        path, ReportedTable, label="the table", guide="the book's page on reported tables", loader=TEXT_LOADER
    )
    problems = []
    for place, name in table.unknown_names():
        guess = nearest(name, table.groups)
        expected = f"one of the groups {', '.join(table.groups)}" if table.groups else "a group that 'groups' lists"
        remedy = f"The nearest is {guess!r}." if guess else ""
        problems.append(
            Problem(path.name, line_of(place, lines), f"the group {name!r} in {'.'.join(place)!r}", expected, remedy)
        )
    if problems:
        raise InputError(problems)
    return table


def published_tables() -> dict[str, ReportedTable]:
    """The reported tables that come with the book, by file name."""
    folder = notebooks_folder() / "published_cohorts" / "reported"
    return {path.name: load_table(path) for path in sorted(folder.glob("*.yml"))}
