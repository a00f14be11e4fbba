"""Secretome studies: protocols, cohorts, exact small-sample statistics, and verdicts on published claims."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secretome import stats
    from secretome.analysis import analyse
    from secretome.claims import adjudicate
    from secretome.cohort import load_study

__version__ = "1.0.0"
__all__ = ["adjudicate", "analyse", "load_study", "stats"]

_MODULES = {"adjudicate": "claims", "analyse": "analysis", "load_study": "cohort"}


def __getattr__(name: str) -> object:
    """Load a name on its first use, so that the statistics need no library that reads files."""
    if name == "stats":
        return import_module("secretome.stats")
    if name in _MODULES:
        globals()[name] = getattr(import_module(f"secretome.{_MODULES[name]}"), name)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
