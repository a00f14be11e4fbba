"""Defaults that both the commands and the functions behind them state. Nothing is imported here, so that ``--help`` is quick."""

# The scenario of a simulation that states what a paper reports.
DEFAULT_SCENARIO = "as_published"
# The seed of a class.
DEFAULT_SEED = 1
# The share of a class whose files have something wrong with them. With three faults and none, all four are as likely: guessing is right
# in a quarter of the class.
DEFAULT_TRAPPED = 0.75
