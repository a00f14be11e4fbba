"""A study: a protocol together with a cohort that fits it."""

import os
import pickle
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from secretome.cohort.copies import Sample, find_copy, sample_of
from secretome.cohort.decimals import decimal_of
from secretome.cohort.files.opening import read_bytes
from secretome.cohort.model import Cohort, cohort_id
from secretome.cohort.reading import read_cohort
from secretome.cohort.sample_key import KeyFile
from secretome.cohort.scale import check_scale, log_medians
from secretome.protocol import (
    InputError,
    Origin,
    Problem,
    Protocol,
    file_sha256,
    load_protocol,
    study_folder,
)
from secretome.protocol import sha256 as file_hash

# The cohorts that this process has read, by file, content and arguments. They are pickled, so that no caller can change
# the tables of another. A forked process inherits them, so that a rerun parses each file once.
_parsed: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
# In bytes; a cohort of 32 animals takes 10 000.
CACHE_SIZE = 64_000_000

# The measurements of one animal, each with its group, endpoint and limits.
Animal = frozenset[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Study:
    """A protocol and one cohort of it.

    Attributes
    ----------
    protocol : Protocol
        Groups, endpoints and claims.
    cohort : Cohort
        The animals.
    source_data : bool
        Whether the claims are based on this cohort; then its verdicts are no tests of the claims.
    folder : Path, optional
        The folder of the protocol, from which the study was loaded.
    """

    protocol: Protocol
    cohort: Cohort
    source_data: bool
    folder: Path | None = None

    def __post_init__(self) -> None:
        """Leave out optional endpoints of which the cohort has no value."""
        known = set(self.cohort.values.loc[self.cohort.values["lower"].notna(), "endpoint"])
        absent = [key for key, about in self.protocol.endpoints.items() if about.optional and key not in known]
        if absent:
            object.__setattr__(self, "protocol", self.protocol.without(absent))

    @property
    def key(self) -> str:
        """The study's key."""
        return self.protocol.key

    def __repr__(self) -> str:
        """The study, the cohort and its size."""
        units = self.protocol.units
        animals = self.cohort.values["animal"].nunique()
        return f"<Study {self.key}: cohort {self.cohort.id} ({self.cohort.origin}), {animals} {units}>"

    def pairs(self, endpoint: str, treated: str, control: str) -> pd.DataFrame:
        """The pairs of a paired study.

        Returns
        -------
        DataFrame
            Indexed by animal in the order of the file, with columns `treated` and `control`; a missing half is NaN.
        """
        rows = self.cohort.values[self.cohort.values["endpoint"] == endpoint]
        wide = rows.pivot(index="animal", columns="group", values="value")
        ordered = wide.reindex(index=rows["animal"].unique(), columns=[treated, control])
        return ordered.set_axis(["treated", "control"], axis="columns")


def load_study(
    name: str | Path,
    cohort: str | Path | None = None,
    sha256: str | None = None,
    *,
    sheet: str | None = None,
    names: Mapping[str, str] | None = None,
    decimal: str | None = None,
    key: str | Path | None = None,
) -> Study:
    """Load a study with its own cohort, or with another.

    A file that this process has loaded before with the same content and arguments is not parsed again.

    Parameters
    ----------
    name : str or Path
        The study's key, such as ``"treg_conditioned_medium"``, or the path of a study's folder.
    cohort : path, optional
        A cohort file; the study's own by default.
    sha256 : str, optional
        The SHA-256 that the file must have.
    sheet, names, decimal
        As for `read_cohort`.
    key : path, optional
        A file that states the animal and the group of each sample, if the cohort file names samples only.

    Returns
    -------
    Study
        The protocol with the checked cohort.

    Raises
    ------
    InputError
        With every problem in the protocol or the cohort file.
    ValueError
        If there is no such study.

    Examples
    --------
    >>> from secretome import load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> study.cohort.origin, len(study.pairs("foxp3_cd25pos", "with_cm", "without"))
    ('published-individual', 12)
    """
    if cohort is not None and not isinstance(cohort, str | os.PathLike):
        found = f"a {type(cohort).__name__} as the cohort"
        remedy = "Write the table to a file first: table.to_csv('cohort.csv', index=False)."
        raise InputError.of("cohort", "", found, "the path of a cohort file", remedy)
    folder = study_folder(name)
    protocol = load_protocol(folder / "protocol.yml")
    source = folder / protocol.cohort.file
    path = Path(cohort) if cohort is not None else source
    cohort_id(path)  # A file with an unsuitable name is not read.
    content = read_bytes(path)
    digest = file_hash(content)
    if sha256 and sha256 != digest:
        found, remedy = f"a file whose hash is {digest}", "The file has changed since the run began."
        raise InputError.of(path.name, "", found, f"the hash {sha256}", remedy)
    source_content = source.read_bytes()
    key_file = KeyFile(Path(key), read_bytes(Path(key))) if key else None
    key_hash = file_hash(key_file.content) if key_file else ""
    read_with = (sheet, tuple(sorted((names or {}).items())), decimal_of(decimal), str(key or ""), key_hash)
    inputs = (file_sha256(folder / "protocol.yml"), file_hash(source_content), digest)
    known_as = (str(folder), str(path.absolute()), *inputs, *read_with)
    if (pickled := _parsed.get(known_as)) is None:
        parsed = read_cohort(path, protocol, content, sheet=sheet, names=names, decimal=decimal, key=key_file)
        pickled = pickle.dumps(_compared_with_source(parsed, protocol, folder, source_content))
        _remember(known_as, pickled)
    read, source_data = pickle.loads(pickled)
    return Study(protocol, replace(read, path=path), source_data=source_data, folder=folder)


def _remember(key: tuple[object, ...], pickled: bytes) -> None:
    """Store a cohort, and remove the first ones while all of them together are too large."""
    _parsed[key] = pickled
    while sum(map(len, _parsed.values())) > CACHE_SIZE:
        _parsed.popitem(last=False)


def _compared_with_source(
    cohort: Cohort, protocol: Protocol, folder: Path, source_content: bytes
) -> tuple[Cohort, bool]:
    """The cohort, with a note if its scale differs from the study's own; and whether it is the source of the claims."""
    source = folder / protocol.cohort.file
    if cohort.path.resolve() == source.resolve() or cohort.sha256 == file_hash(source_content):
        # No claim is based on simulated animals.
        return cohort, cohort.origin != "simulated"
    original = _original(folder / "protocol.yml", source, source_content)
    notes = check_scale(cohort, original.medians, protocol)
    compared = replace(cohort, notes=(*cohort.notes, *notes))
    return compared, _is_source_data(cohort, original, protocol)


@dataclass(frozen=True)
class _Original:
    """The study's own cohort, with which others are compared: its origin, medians, values and animals."""

    origin: Origin
    medians: Mapping[tuple[str, str], float]
    sample: Sample
    animals: Sequence[Animal]


# Cached by content, because every cohort of a batch is compared with it.
@lru_cache(maxsize=8)
def _original(protocol: Path, source: Path, content: bytes) -> _Original:
    study = load_protocol(protocol)
    cohort = read_cohort(source, study, content)
    sample = sample_of(_assayed(cohort.values, study))
    return _Original(cohort.origin, log_medians(cohort), sample, _animals(cohort))


def _assayed(values: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """The values without survival, because many animals that live to the end share its value."""
    return values[values["endpoint"] != protocol.survival]


def _is_source_data(cohort: Cohort, original: _Original, protocol: Protocol) -> bool:
    """Whether a cohort contains the measurements on which the claims are based.

    Values are compared, not files: a copy in another layout, without some animals or with a few more, is still the
    source. In a paired study one pair with equal values is enough; elsewhere `find_copy` decides.

    Raises
    ------
    InputError
        If the cohort contains the study's own simulated animals but does not state this origin.
    """
    if original.origin == "simulated" and cohort.origin == "simulated":
        return False
    paired = protocol.design == "paired"
    if paired and original.origin != "simulated":
        return any(len(animal) > 1 and animal <= source for animal in _animals(cohort) for source in original.animals)
    kinds = {key: endpoint.kind for key, endpoint in protocol.endpoints.items()}
    kinds.pop(protocol.survival, None)
    overlap = find_copy(sample_of(_assayed(cohort.values, protocol)), original.sample, kinds)
    if overlap and original.origin == "simulated":
        found = f"{overlap.matched} values of the study's own simulated cohort, without origin 'simulated'"
        remedy = "Keep the columns origin, scenario and seed of a simulated file."
        expected = "measured animals, or origin 'simulated' in every row"
        raise InputError([Problem(cohort.path.name, "", found, expected, remedy)])
    return overlap is not None


def _animals(cohort: Cohort) -> list[Animal]:
    """Each animal as the set of its measurements, to six digits."""
    measured = cohort.values[cohort.values["lower"].notna()]
    columns = ["group", "endpoint", "lower", "upper"]
    return [
        frozenset(
            (group, endpoint, f"{lower:.6g}", f"{upper:.6g}")
            for group, endpoint, lower, upper in rows[columns].to_numpy()
        )
        for _, rows in measured.groupby("animal")
    ]
