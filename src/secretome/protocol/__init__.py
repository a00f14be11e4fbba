"""What a study is, read from its ``protocol.yml``; and how anything wrong with a file is told."""

from secretome.protocol.loading import load_protocol, notebooks_folder, study_folder, study_names
from secretome.protocol.models import ORIGINS, Check, Claim, Direction, Endpoint, Group, Origin, Protocol, Source, Zone
from secretome.protocol.names import nearest, normalise, sides
from secretome.protocol.problems import Problem, Refusal
from secretome.protocol.simulation import Deaths, Lognormal, PairedLognormal, Scenario, Simulation

__all__ = [
    "ORIGINS",
    "Check",
    "Claim",
    "Deaths",
    "Direction",
    "Endpoint",
    "Group",
    "Lognormal",
    "Origin",
    "PairedLognormal",
    "Problem",
    "Protocol",
    "Refusal",
    "Scenario",
    "Simulation",
    "Source",
    "Zone",
    "load_protocol",
    "nearest",
    "normalise",
    "notebooks_folder",
    "sides",
    "study_folder",
    "study_names",
]
