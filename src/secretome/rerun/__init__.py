"""Rerun a study's notebook on another cohort: checked at the door, whole or not at all, with its provenance."""

from secretome.rerun.engine import QUIET_KERNEL, Outcome, RunFailed, plan, rerun
from secretome.rerun.parameters import check_parameters
from secretome.rerun.places import Existing, write_summary
from secretome.rerun.provenance import content_key

__all__ = ["QUIET_KERNEL", "Existing", "Outcome", "RunFailed", "check_parameters", "content_key", "plan", "rerun", "write_summary"]
