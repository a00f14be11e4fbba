"""A finished rerun for tests of what a rerun leaves."""

from pathlib import Path

from secretome.rerun.batch import FORKS, RunOptions, run_batch
from secretome.rerun.engine import plan_runs
from secretome.rerun.parameters import check_parameters
from secretome.rerun.provenance import Provenance


def finished_rerun(study: str, cohort: Path, out: Path) -> Path:
    """Run a study's notebook on a cohort file, as the command does, and return the finished folder."""
    plans, refusals = plan_runs(study, [cohort], out, "refuse")
    assert not refusals, refusals
    options = RunOptions(plain=not FORKS, jobs=1, timeout=600, memory=4096)
    results = run_batch(plans, check_parameters(study, {}), "refuse", options)
    assert [result.failure for result in results if result] == [""]
    return plans[0].paths.folder


def provenance(**fields: object) -> Provenance:
    """The provenance of a rerun; every field that is not given has a plain value."""
    plain = {
        "study": "sepsis_cytokines",
        "cohort": "lab-a",
        "cohort_file": "lab-a.csv",
        "cohort_origin": "measured",
        "source_data": False,
        "parameters": {},
        "versions": {},
        "git_commit": None,
        "started": "",
        "finished": "",
    }
    hashes = dict.fromkeys(("cohort_sha256", "protocol_sha256", "notebook_sha256", "content_key"), "0" * 64)
    return Provenance(**{**plain, **hashes, **fields})
