"""What a cohort is: a laboratory's file, read as text and checked against the protocol.

`files` opens a file as sheets of cells, and turns a number with a format, such as a percentage, into the text that its
cell displays. `layouts` finds the table and gives every layout the same form. `measurements` reads its rows, with
`values` for one cell, `units`, `vocabulary` and `replicates`. `reading` does all of this, and `study` joins the cohort
to its protocol. `simulate`, `template` and `new_study` write files instead.
"""

from secretome.cohort.decimals import decimal_of
from secretome.cohort.model import Cohort, cohort_id
from secretome.cohort.reading import read_cohort
from secretome.cohort.repeated_times import BASELINE
from secretome.cohort.study import Study, load_study

__all__ = ["BASELINE", "Cohort", "Study", "cohort_id", "decimal_of", "load_study", "read_cohort"]
