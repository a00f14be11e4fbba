"""The `secretome` command. It only reads what was typed and prints what came out."""

from secretome.cli import audit, classroom, cohorts, power, publishing, reruns
from secretome.cli.common import app

__all__ = ["app", "audit", "classroom", "cohorts", "main", "power", "publishing", "reruns"]


def main() -> None:
    """Run the command; the entry point of the installed script."""
    app()
