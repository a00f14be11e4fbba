"""Secretome studies: protocols, cohorts, exact small-sample statistics, and verdicts on published claims."""

from secretome import stats
from secretome.analysis import analyse
from secretome.claims import adjudicate
from secretome.cohort import load_study

__version__ = "0.1.0"
__all__ = ["adjudicate", "analyse", "load_study", "stats"]
