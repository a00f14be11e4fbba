"""The `secretome` command. It only reads what was typed and prints what came out."""

from secretome.cli import classroom, cohorts, planning, printed, publishing, reruns
from secretome.cli.common import app

__all__ = ["app", "classroom", "cohorts", "main", "planning", "printed", "publishing", "reruns"]


def main() -> None:
    """Run the command; the entry point of the installed script."""
    app()
