"""The `secretome` command, run in the test's process."""

from typer.testing import CliRunner, Result

from secretome.cli import app


def secretome(*arguments: object) -> Result:
    """Run the command with these arguments."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def assert_refused(result: Result, case: object = "", *, code: int = 2) -> None:
    """The command ended with this exit code and a message, and without a traceback."""
    assert isinstance(result.exception, SystemExit), (case, result.exception)
    assert result.exit_code == code, (case, result.output)
    assert result.stderr.strip(), case
    assert "Traceback" not in result.output, case
