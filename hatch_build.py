"""Puts the studies that git tracks into the wheel: a draft in somebody's checkout is not published with it."""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StudiesHook(BuildHookInterface):  # type: ignore[misc]
    """Adds the files below ``notebooks/`` as ``secretome/_notebooks/``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; an editable installation reads the checkout itself."""
        if version == "editable":
            return
        root = Path(self.root)
        for name in _studies(root):
            build_data["force_include"][str(root / name)] = f"secretome/_notebooks/{name.removeprefix('notebooks/')}"


def _studies(root: Path) -> list[str]:
    """The tracked files; outside a git checkout, as in a source distribution, all files."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "notebooks"], cwd=root, capture_output=True, text=True, check=True
        )
        return [name for name in listed.stdout.split("\0") if name]
    return [path.relative_to(root).as_posix() for path in sorted((root / "notebooks").rglob("*")) if path.is_file()]
