"""A study: a protocol together with a cohort that fits it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from secretome.cohort.model import Cohort
from secretome.cohort.reading import read_cohort
from secretome.protocol import Problem, Protocol, Refusal, load_protocol, study_folder


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
        Whether the cohort is the one that the claims were made from: such a verdict is never counted as a test of them.
    """

    protocol: Protocol
    cohort: Cohort
    source_data: bool

    @property
    def key(self) -> str:
        """The study's key."""
        return self.protocol.key

    def pairs(self, endpoint: str, treated: str, control: str) -> pd.DataFrame:
        """The pairs of a paired study.

        Returns
        -------
        DataFrame
            Indexed by animal in the file's order, with columns `treated` and `control`; half pairs hold NaN.
        """
        rows = self.cohort.values[self.cohort.values["endpoint"] == endpoint]
        wide = rows.pivot(index="animal", columns="group", values="value")
        ordered = wide.reindex(index=rows["animal"].unique(), columns=[treated, control])
        return ordered.set_axis(["treated", "control"], axis="columns")


def load_study(name: str, cohort: str | Path | None = None, sha256: str | None = None) -> Study:
    """Load a study with its own cohort, or with another.

    Parameters
    ----------
    name : str
        The study's key, such as ``"treg_conditioned_medium"``.
    cohort : path, optional
        A cohort file; the study's own when absent.
    sha256 : str, optional
        The hash that the file must have: a rerun passes it, so that no other file can slip in.

    Returns
    -------
    Study

    Raises
    ------
    Refusal
        With every problem in the protocol or the cohort file.
    ValueError
        If there is no such study, or the hash differs.

    Examples
    --------
    >>> from secretome import load_study
    >>> study = load_study("treg_conditioned_medium")
    >>> study.cohort.origin, len(study.pairs("foxp3_cd25pos", "with_cm", "without"))
    ('published-individual', 12)
    """
    folder = study_folder(name)
    protocol = load_protocol(folder / "protocol.yml")
    own = folder / protocol.cohort.file
    read = read_cohort(Path(cohort) if cohort else own, protocol)
    if sha256 and sha256 != read.sha256:
        raise Refusal(
            [
                Problem(
                    read.path.name,
                    "",
                    f"a file whose hash is {read.sha256}",
                    f"the hash {sha256}",
                    "The file has changed since the run began.",
                )
            ]
        )
    return Study(protocol, read, source_data=_repeats(read, own, protocol))


def _repeats(cohort: Cohort, own: Path, protocol: Protocol) -> bool:
    """Whether any animal of a cohort is, in every value it has, an animal of the study's own real cohort.

    Animals are compared, not files: a copy in another layout, without some donors or with a few more, still holds the source.
    """
    original = cohort if cohort.path.resolve() == own.resolve() else read_cohort(own, protocol)
    known = _animals(original)
    if original.origin == "simulated":
        _refuse_disguised(cohort, known)
        return False
    return any(len(animal) > 1 and animal <= source for animal in _animals(cohort) for source in known)


def _refuse_disguised(cohort: Cohort, made_up: list[frozenset[tuple[str, str, str, str]]]) -> None:
    """Refuse a file that holds the study's own simulated animals without saying so: they must not pass for measured ones."""
    animals = _animals(cohort)
    copied = sum(len(animal) > 1 and animal in set(made_up) for animal in animals)
    # One measured animal may equal a made-up one by chance; half of a cohort does not.
    if cohort.origin != "simulated" and copied >= max(3, len(animals) / 2):
        found = f"{copied} animals of the book's own simulated cohort, without the word 'simulated'"
        remedy = "Keep the columns origin, scenario and seed of a simulated file."
        raise Refusal([Problem(cohort.path.name, "", found, "measured animals, or origin 'simulated' in every row", remedy)])


def _animals(cohort: Cohort) -> list[frozenset[tuple[str, str, str, str]]]:
    """Each animal as the set of its measurements, to six digits."""
    measured = cohort.values[cohort.values["lower"].notna()]
    columns = ["group", "endpoint", "lower", "upper"]
    return [
        frozenset((group, endpoint, f"{lower:.6g}", f"{upper:.6g}") for group, endpoint, lower, upper in rows[columns].to_numpy())
        for _, rows in measured.groupby("animal")
    ]
