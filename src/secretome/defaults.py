"""Defaults shared by the commands and the functions that they call.

Nothing is imported here, so that ``--help`` is fast.
"""

# The scenario of a simulation that states what a paper reports.
DEFAULT_SCENARIO = "as_published"
# The share of a class whose files contain an error. With three kinds of error and none, all four are equally likely, so
# that a guess is correct for a quarter of the class.
DEFAULT_ERROR_SHARE = 0.75
# The file formats of figures, and the environment variable that names those to write, for kernels and processes too.
FIGURE_FORMATS = ("svg", "pdf", "png")
FIGURES_VARIABLE = "SECRETOME_FIGURES"
