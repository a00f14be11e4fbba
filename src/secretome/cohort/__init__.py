"""What a cohort is: a laboratory's file, read as text and checked against the protocol."""

from secretome.cohort.decimals import decimal_of
from secretome.cohort.model import Cohort, cohort_id
from secretome.cohort.reading import read_cohort
from secretome.cohort.study import Study, load_study

__all__ = ["Cohort", "Study", "cohort_id", "decimal_of", "load_study", "read_cohort"]
