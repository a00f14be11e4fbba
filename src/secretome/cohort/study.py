"""A study: a protocol together with a cohort that fits it."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from secretome.cohort.copies import Sample, find_copy, sample_of
from secretome.cohort.model import Cohort
from secretome.cohort.reading import read_cohort
from secretome.protocol import InputError, Origin, Problem, Protocol, load_protocol, study_folder

# Decimal logarithms: a thousandfold unit error is 3, a fraction for a percentage 2. No effect of a study is so large.
UNIT_ERROR = 2.5
FRACTION_ERROR = 1.5

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
    """

    protocol: Protocol
    cohort: Cohort
    source_data: bool

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
    name: str,
    cohort: str | Path | None = None,
    sha256: str | None = None,
    *,
    sheet: str | None = None,
    names: Mapping[str, str] | None = None,
    decimal: str | None = None,
) -> Study:
    """Load a study with its own cohort, or with another.

    Parameters
    ----------
    name : str
        The study's key, such as ``"treg_conditioned_medium"``.
    cohort : path, optional
        A cohort file; the study's own by default.
    sha256 : str, optional
        The SHA-256 that the file must have.
    sheet, names, decimal
        As for `read_cohort`.

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
        raise InputError([Problem("cohort", "", found, "the path of a cohort file", remedy)])
    folder = study_folder(name)
    protocol = load_protocol(folder / "protocol.yml")
    source = folder / protocol.cohort.file
    path = Path(cohort) if cohort is not None else source
    read = read_cohort(path, protocol, sheet=sheet, names=names, decimal=decimal)
    if sha256 and sha256 != read.sha256:
        remedy = "The file has changed since the run began."
        problem = Problem(read.path.name, "", f"a file whose hash is {read.sha256}", f"the hash {sha256}", remedy)
        raise InputError([problem])
    return _compare_with_source(read, protocol, folder / "protocol.yml", source)


def _compare_with_source(read: Cohort, protocol: Protocol, protocol_path: Path, source: Path) -> Study:
    """The study with a cohort, after its comparison with the cohort on which the claims are based."""
    content = source.read_bytes()
    if read.path.resolve() == source.resolve() or read.sha256 == hashlib.sha256(content).hexdigest():
        # No claim is based on simulated animals.
        return Study(protocol, read, source_data=read.origin != "simulated")
    original = _original(protocol_path, source, content)
    notes = _check_scale(read, original, protocol)
    is_source = _is_source_data(read, original, protocol)
    return Study(protocol, replace(read, notes=(*read.notes, *notes)), source_data=is_source)


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
    cohort = read_cohort(source, load_protocol(protocol), content)
    return _Original(cohort.origin, _log_medians(cohort), sample_of(cohort.values), _animals(cohort))


def _check_scale(cohort: Cohort, original: _Original, protocol: Protocol) -> list[str]:
    """Refuse an endpoint about 1000 times off the study's values, unless the file states its unit; then note it."""
    problems, notes = [], []
    logs = _log_medians(cohort)
    for key, endpoint in protocol.endpoints.items():
        pairs = [pair for pair in logs.keys() & original.medians.keys() if pair[0] == key]
        shift = float(np.median([logs[pair] - original.medians[pair] for pair in pairs])) if pairs else 0.0
        values = cohort.values[cohort.values["endpoint"] == key]["lower"].dropna()
        are_fractions = endpoint.unit.startswith("%") and shift < -FRACTION_ERROR and bool((values <= 1).all())
        if abs(shift) < UNIT_ERROR and not are_fractions:
            continue
        times = f"{10 ** abs(shift):.2g} times {'above' if shift > 0 else 'below'} the study's own"
        if key in cohort.units_stated:
            notes.append(f"{key} lies {times}; the file states its unit, so this is accepted")
            continue
        found = f"values of {key} that lie {times}, as {'fractions' if are_fractions else 'another unit'} would"
        expected = f"{endpoint.label} in {endpoint.unit}"
        remedy = f"If the unit is right, state it: in the header, as '{key} ({endpoint.unit})', or in a column 'unit'."
        problems.append(Problem(cohort.path.name, f"all of {key}", found, expected, remedy))
    if problems:
        raise InputError(problems)
    return notes


def _log_medians(cohort: Cohort) -> dict[tuple[str, str], float]:
    """The median decimal logarithm of each endpoint in each group; a censored value counts as its limit."""
    values = cohort.values
    limit = values["lower"].where((values["lower"] > 0) | values["lower"].isna(), values["upper"])
    observed = values.assign(log=np.log10(limit.where(limit > 0)))
    medians = observed.dropna(subset=["log"]).groupby(["endpoint", "group"], as_index=False)["log"].median()
    return {(endpoint, group): float(log) for endpoint, group, log in medians.itertuples(index=False, name=None)}


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
    overlap = find_copy(sample_of(cohort.values), original.sample, kinds)
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
