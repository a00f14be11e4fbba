"""Rerun a study's notebook on other cohorts: every cohort is checked first, and each output folder is complete."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secretome.rerun.batch import FORKS, RunOptions, RunResult, run_batch
    from secretome.rerun.cluster import run_on_cluster
    from secretome.rerun.engine import QUIET_KERNEL, RunFailed, RunPlan, plan_runs
    from secretome.rerun.output_paths import Existing, write_summary
    from secretome.rerun.parameters import check_parameters
    from secretome.rerun.provenance import Provenance
    from secretome.rerun.shards import Shard, output_lock

# The modules are searched in this order, with the fastest to import first.
_MODULES = ("provenance", "shards", "output_paths", "parameters", "engine", "batch", "cluster")

__all__ = [
    "FORKS",
    "QUIET_KERNEL",
    "Existing",
    "Provenance",
    "RunFailed",
    "RunOptions",
    "RunPlan",
    "RunResult",
    "Shard",
]
__all__ += ["check_parameters", "output_lock", "plan_runs", "run_batch", "run_on_cluster", "write_summary"]


def __getattr__(name: str) -> object:
    """Load a name on its first use, so that a published rerun is read without papermill."""
    if name in __all__:
        for module in _MODULES:
            loaded = import_module(f"{__name__}.{module}")
            if hasattr(loaded, name):
                globals()[name] = getattr(loaded, name)
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
