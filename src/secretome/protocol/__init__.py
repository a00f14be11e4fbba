"""Protocols: what a study is, as its ``protocol.yml`` states it; and the errors of files that cannot be used."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secretome.protocol.claims import CLAIM_FORMS, Check, Claim, Direction, Panel, PerKind, SlopeDifference
    from secretome.protocol.files import Choice, InputError, Problem, file_sha256, read_regular_file, sha256
    from secretome.protocol.json_files import read_json, write_json
    from secretome.protocol.loading import load_protocol, notebooks_folder, study_folder, study_names
    from secretome.protocol.models import (
        ORIGINS,
        EffectScale,
        Endpoint,
        EquivalenceMargin,
        Group,
        Kind,
        Origin,
        Protocol,
        Source,
    )
    from secretome.protocol.names import name_key, nearest, normalise, sides, spelling, with_micro
    from secretome.protocol.simulation import (
        BetaBinomial,
        Deaths,
        Distribution,
        DrawnGroup,
        GammaPoisson,
        Lognormal,
        LognormalGroup,
        MedianGroup,
        Normal,
        NormalGroup,
        PairedLognormal,
        PairedNormal,
        PairedNormalGroup,
        Scenario,
        Simulation,
        Titre,
        Weibull,
        is_normal,
    )

# The modules are searched in this order, with the fastest to import first.
_MODULES = ("files", "names", "loading", "claims", "models", "simulation", "json_files")

__all__ = [
    "CLAIM_FORMS",
    "ORIGINS",
    "BetaBinomial",
    "Check",
    "Choice",
    "Claim",
    "Deaths",
    "Direction",
    "Distribution",
    "DrawnGroup",
    "EffectScale",
    "Endpoint",
    "EquivalenceMargin",
    "GammaPoisson",
    "Group",
    "InputError",
    "Kind",
    "Lognormal",
    "LognormalGroup",
    "MedianGroup",
    "Normal",
    "NormalGroup",
    "Origin",
    "PairedLognormal",
    "PairedNormal",
    "PairedNormalGroup",
    "Panel",
    "PerKind",
    "Problem",
    "Protocol",
    "Scenario",
    "Simulation",
    "SlopeDifference",
    "Source",
    "Titre",
    "Weibull",
    "file_sha256",
    "is_normal",
    "load_protocol",
    "name_key",
    "nearest",
    "normalise",
    "notebooks_folder",
    "read_json",
    "read_regular_file",
    "sha256",
    "sides",
    "spelling",
    "study_folder",
    "study_names",
    "with_micro",
    "write_json",
]


def __getattr__(name: str) -> object:
    """Load a name on its first use, so that a usage error needs neither pydantic nor YAML."""
    if name in __all__:
        for module in _MODULES:
            loaded = import_module(f"{__name__}.{module}")
            if hasattr(loaded, name):
                globals()[name] = getattr(loaded, name)
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
