"""The `secretome` command: each module has commands, which import what they need when they run."""

from secretome.cli import classroom, cohorts, power, publishing, reruns, studies
from secretome.cli.common import app

__all__ = ["app", "classroom", "cohorts", "main", "power", "publishing", "reruns", "studies"]


def main() -> None:
    """Run the command; the entry point of the installed script."""
    app()
