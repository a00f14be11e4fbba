"""Build the book: execute what changed, on all cores, then write the site.

    python book/build.py

The site is written to ``_build/html``; open ``_build/html/index.html``. If nothing has changed since the last complete
build, nothing is done. A notebook is executed again only when its code, its data, the modules of the package that it
imports, or the lock changed. If only the text of pages changed, only these pages are read and written again, unless
other pages show something that changed: a title, heading, label, term or citation.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml
from filelock import FileLock

from build_record import BuildRecord, read_inputs
from include_runtime import include_runtime

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"


def main() -> int:
    """Execute, build, and say which file to open."""
    os.environ.setdefault("MPLBACKEND", "agg")
    BUILD.mkdir(exist_ok=True)
    with FileLock(BUILD / ".lock"):
        inputs = read_inputs(ROOT)
        record = BuildRecord(BUILD / ".record.json")
        changed = record.changed(inputs)
        site = BUILD / "html"
        if changed == set() and record.is_whole(site):
            include_runtime(site)
            print(
                f"Nothing has changed since the last build. Open {(site / 'index.html').relative_to(ROOT)} in a "
                "browser."
            )
            return 0
        record.forget()
        # Imported here because the import takes seconds, and a build without changes does not need it.
        import site_builder

        if not site_builder.build(changed if changed and changed <= _pages() and record.is_whole(site) else None):
            return 1
        record.write(inputs, site)
        include_runtime(site)
    print(f"The book is built. Open {(site / 'index.html').relative_to(ROOT)} in a browser.")
    return 0


def pages_in_contents() -> list[str]:
    """The pages of the table of contents, as their addresses without the ending."""
    return [name.removesuffix(".py") for name in _files_in_contents()]


def notebooks_in_contents() -> list[Path]:
    """The percent notebooks that the table of contents lists."""
    return [ROOT / name for name in _files_in_contents() if name.endswith(".py")]


def _pages() -> set[str]:
    """The files of the pages that the table of contents lists."""
    return {name if name.endswith(".py") else f"{name}.md" for name in _files_in_contents()}


def _files_in_contents() -> list[str]:
    def files(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [str(node[key]) for key in ("root", "file") if key in node]
            return own + [name for value in node.values() for name in files(value)]
        return [name for item in node for name in files(item)] if isinstance(node, list) else []

    return files(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.exit(main())
