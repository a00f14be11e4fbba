"""Ask every address outside the site whether it answers, and say so in a few lines.

    python book/links.py

It needs a network, and fails nothing: an address that is silent today may answer tomorrow. Links inside the site are
the tests' affair.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping

from build import BUILD, ROOT

# What the checker says of an address, and how that is reported. "ignored" and "unchecked" are not reported.
SILENT = ("broken", "timeout")


def main() -> int:
    """Check, and print the report."""
    target = BUILD / "linkcheck"
    shutil.rmtree(target, ignore_errors=True)
    # A folder of its own: Jupyter Book would put what it found among the pages of the site.
    start = "from jupyter_book.cli.main import main; main()"
    command = [
        sys.executable,
        "-c",
        start,
        "build",
        str(ROOT),
        "--builder",
        "linkcheck",
        "--path-output",
        str(target),
        "-q",
    ]
    finished = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    found = next(target.rglob("output.json"), None)
    if found is None:
        print(f"The addresses could not be collected:\n{finished.stdout}{finished.stderr}", file=sys.stderr)
        return 0
    print(report(json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()))
    return 0


def report(answers: Iterable[Mapping[str, object]]) -> str:
    """What a maintainer needs to know of the answers: how many, and which are silent or have moved.

    Parameters
    ----------
    answers : iterable of mapping
        For each address its `uri`, the `status` that the checker gave it, where it stands (`filename`) and what was
        said (`info`).

    Returns
    -------
    str

    Examples
    --------
    >>> print(report([{"uri": "https://a.org", "status": "broken", "filename": "a.md", "info": "HTTPS: unknown"}]))
    1 address was asked, and none answered. Is there a network?
    """
    asked = {str(answer["uri"]): answer for answer in answers if answer["status"] in ("working", "redirected", *SILENT)}
    silent = sorted(uri for uri, answer in asked.items() if answer["status"] in SILENT)
    moved = sorted(uri for uri, answer in asked.items() if answer["status"] == "redirected")
    many = "1 address was" if len(asked) == 1 else f"{len(asked)} addresses were"
    if not asked:
        return "No address leads outside the site."
    if len(silent) == len(asked):
        return f"{many} asked, and none answered. Is there a network?"
    lines = [
        f"{many} asked: {len(asked) - len(silent)} answered, {len(moved)} of them from elsewhere; {len(silent)} did "
        "not."
    ]
    lines += [f"  silent  {uri}  ({asked[uri]['filename']})" for uri in silent]
    lines += [f"  moved   {uri}  to  {asked[uri]['info']}  ({asked[uri]['filename']})" for uri in moved]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
