"""What every command says of itself, and of a file or a study."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from commands import secretome
from rats import TREG
from secretome.cli import app


def test_check_shows_how_the_file_was_read(donors: Path) -> None:
    result = secretome("check", TREG, donors)
    assert result.exit_code == 0
    assert "without 6, with_cm 6" in result.output


def test_studies_lists_keys_that_a_cohort_file_needs() -> None:
    result = secretome("studies")
    for key in (TREG, "without", "with_cm", "foxp3_cd25pos", "tregs_rise_cd25neg"):
        assert key in result.output


def command_names() -> list[tuple[str, ...]]:
    """Every command, and every command of a group of commands."""
    names: list[tuple[str, ...]] = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        names += [(name,), *((name, inner) for inner in getattr(command, "commands", {}))]
    return names


def test_every_command_has_help_with_an_example() -> None:
    names = command_names()
    assert {("audit",), ("classroom", "make"), ("classroom", "grade"), ("rerun",)} <= set(names)
    for name in [(), *names]:
        result = secretome(*name, "--help")
        assert result.exit_code == 0
        assert re.search(f"Examples?:.*{' '.join(('secretome', *name))}", " ".join(result.output.split())), name


@pytest.mark.process
def test_the_installed_script_answers() -> None:
    script = Path(sys.executable).with_name("secretome")
    shown = subprocess.run([script, "studies"], capture_output=True, text=True, check=True)
    assert TREG in shown.stdout
