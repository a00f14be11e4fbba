"""Deque's accessibility rules, run on an opened page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Any) -> list[str]:
    """Return the rules that a page breaks, each with the first places where it does."""
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"], "runOnly": LEVELS})
    return [
        f"{each['id']} at {[node['target'] for node in each['nodes']][:3]}" for each in found.response["violations"]
    ]
