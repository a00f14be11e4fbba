"""The page of commands, written by Typer from the application at each build, so that it is always up to date."""

import re
import subprocess
import sys
from typing import Any

MARKER = "<!-- the commands -->"
NOT_KEPT = r"\A# .*?(?=^## )"  # what precedes the first command: the page says it in its own words
PYTHON_TYPES = r" <(?:str|Path|list\[\w+\])>"  # a reader types words and files; numbers keep their kind


def commands() -> str:
    """Every command with its arguments, options, defaults and example, as Markdown."""
    asked = [sys.executable, "-m", "typer", "secretome.cli", "utils", "docs", "--name", "secretome"]
    written = subprocess.run(asked, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    written = re.sub(NOT_KEPT, "", written, flags=re.DOTALL | re.MULTILINE)
    return re.sub(PYTHON_TYPES, "", written)


def _write(app: Any, docname: str, source: list[str]) -> None:
    if MARKER in source[0]:
        source[0] = source[0].replace(MARKER, commands())


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
