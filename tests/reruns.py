"""A finished rerun for tests of what a rerun leaves."""

from pathlib import Path

from secretome.rerun import FORKS, RunOptions, check_parameters, plan, run


def finished_rerun(study: str, cohort: Path, out: Path) -> Path:
    """Run a study's notebook on a cohort file, as the command does, and return the finished folder."""
    ready, refusals = plan(study, [cohort], out, "refuse")
    assert not refusals, refusals
    way = RunOptions(plain=not FORKS, jobs=1, timeout=600, memory=4096)
    failures = [done.failure for done in run(ready, check_parameters(study, {}), "refuse", way) if done]
    assert failures == [""]
    return ready[0].place.folder
