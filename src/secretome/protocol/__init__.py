"""What a study is, read from its ``protocol.yml``; and how anything wrong with a file is told."""

from secretome.protocol.files import read_regular_file
from secretome.protocol.loading import load_protocol, notebooks_folder, study_folder, study_names
from secretome.protocol.models import (
    ORIGINS,
    Check,
    Claim,
    Direction,
    Endpoint,
    Group,
    Kind,
    Origin,
    Protocol,
    SlopeDifference,
    Source,
    Zone,
)
from secretome.protocol.names import nearest, normalise, sides
from secretome.protocol.problems import Problem, Refusal
from secretome.protocol.simulation import (
    BetaBinomial,
    Deaths,
    Distribution,
    DrawnGroup,
    GammaPoisson,
    Lognormal,
    LognormalGroup,
    PairedLognormal,
    Scenario,
    Simulation,
    Titre,
)

__all__ = [
    "ORIGINS",
    "BetaBinomial",
    "Check",
    "Claim",
    "Deaths",
    "Direction",
    "Distribution",
    "DrawnGroup",
    "Endpoint",
    "GammaPoisson",
    "Group",
    "Kind",
    "Lognormal",
    "LognormalGroup",
    "Origin",
    "PairedLognormal",
    "Problem",
    "Protocol",
    "Refusal",
    "Scenario",
    "Simulation",
    "SlopeDifference",
    "Source",
    "Titre",
    "Zone",
    "load_protocol",
    "nearest",
    "normalise",
    "notebooks_folder",
    "read_regular_file",
    "sides",
    "study_folder",
    "study_names",
]
