"""Rerun a study's notebook on other cohorts: checked at the door, whole or not at all, with their provenance."""

from secretome.rerun.batch import FORKS, Done, Way, run
from secretome.rerun.cluster import on_cluster
from secretome.rerun.engine import QUIET_KERNEL, Ready, RunFailed, plan
from secretome.rerun.locks import alone
from secretome.rerun.output_paths import Existing, write_summary
from secretome.rerun.parameters import check_parameters
from secretome.rerun.provenance import content_key
from secretome.rerun.shards import Shard

__all__ = [
    "FORKS",
    "QUIET_KERNEL",
    "Done",
    "Existing",
    "Ready",
    "RunFailed",
    "Shard",
    "Way",
    "alone",
    "check_parameters",
    "content_key",
    "on_cluster",
    "plan",
    "run",
    "write_summary",
]
