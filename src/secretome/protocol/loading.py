"""Find the studies and read their protocols."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from secretome.protocol.files import InputError
from secretome.protocol.names import nearest

if TYPE_CHECKING:
    from secretome.protocol.models import Protocol


def notebooks_folder() -> Path:
    """The folder of the studies: in the installed package or, if there is none, in the repository."""
    installed = Path(__file__).parents[1] / "_notebooks"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "notebooks"


def study_names() -> list[str]:
    """The keys of all studies.

    Examples
    --------
    >>> study_names()
    ['humoral_immunity', 'micronuclei', 'sepsis_cytokines', 'tooth_growth', 'treg_conditioned_medium']
    """
    return sorted(path.parent.name for path in notebooks_folder().glob("*/protocol.yml"))


def study_folder(name: str | Path) -> Path:
    """The folder of a study.

    Parameters
    ----------
    name : str or Path
        The study's key, or the path of a folder with a ``protocol.yml``. A key comes first.

    Returns
    -------
    Path
        Absolute for a study outside the book.

    Raises
    ------
    ValueError
        If there is no such study; the nearest name is suggested.

    Examples
    --------
    >>> study_folder("sepsis_cytokines").joinpath("protocol.yml").is_file()
    True
    """
    names = study_names()
    if isinstance(name, str) and name in names:
        return notebooks_folder() / name
    folder = Path(name)
    if (folder / "protocol.yml").is_file():
        return folder.resolve()
    if folder.is_dir():
        raise ValueError(f"The folder {str(name)!r} has no protocol.yml, so it is not the folder of a study.")
    guess = nearest(str(name), names)
    hint = f" Did you mean {guess}?" if guess else ""
    listed = f"the studies of the book are {', '.join(names)}, and the folder of another study is stated as a path"
    raise ValueError(f"There is no study {str(name)!r}; {listed}.{hint}")


def load_protocol(path: Path) -> "Protocol":
    """Read a ``protocol.yml`` or, where pydantic is not installed, as in a browser, the JSON beside it.

    Parameters
    ----------
    path : Path
        The file, in a folder that is named after the study's key.

    Returns
    -------
    Protocol

    Raises
    ------
    InputError
        With every key that is missing, unknown or wrong, and its line.

    Examples
    --------
    >>> protocol = load_protocol(study_folder("sepsis_cytokines") / "protocol.yml")
    >>> list(protocol.groups), list(protocol.endpoints)
    (['sham', 'control', 't1', 't2'], ['il6', 'il4', 'survival'])
    """
    return _read(path, path.read_bytes() if path.exists() else b"")


# Cached while the file is unchanged: a batch asks for a protocol thousands of times. A loaded protocol never changes.
@lru_cache(maxsize=8)
def _read(path: Path, content: bytes) -> "Protocol":
    # Imported here so that a usage error does not wait for pydantic and YAML.
    from secretome.protocol import json_files
    from secretome.protocol.models import Protocol

    del content
    if not json_files.has_pydantic():
        return json_files.read_json(path, Protocol)
    from secretome.protocol.simulation import DISTRIBUTIONS
    from secretome.protocol.yaml_files import read_model

    protocol, _ = read_model(
        path, Protocol, label="the protocol", guide="the page 'Every key of a protocol'", tags=DISTRIBUTIONS
    )
    if protocol.key != path.parent.name:
        found = f"key {protocol.key!r} in the folder {path.parent.name!r}"
        raise InputError.of(path.name, "line 1", found, "the folder's name as the key")
    return protocol
