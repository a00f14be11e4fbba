"""Rerun a study's notebook on other cohorts: checked at the door, whole or not at all, with their provenance."""

from secretome.rerun.batch import FORKS, RunOptions, RunResult, run
from secretome.rerun.cluster import on_cluster
from secretome.rerun.engine import QUIET_KERNEL, RunFailed, RunPlan, plan
from secretome.rerun.locks import output_lock
from secretome.rerun.output_paths import Existing, write_summary
from secretome.rerun.parameters import check_parameters
from secretome.rerun.provenance import content_key
from secretome.rerun.shards import Shard

__all__ = [
    "FORKS",
    "QUIET_KERNEL",
    "Existing",
    "RunFailed",
    "RunOptions",
    "RunPlan",
    "RunResult",
    "Shard",
    "check_parameters",
    "content_key",
    "on_cluster",
    "output_lock",
    "plan",
    "run",
    "write_summary",
]
