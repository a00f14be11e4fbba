"""The report on addresses outside the site."""

from pathlib import Path

from links import report

ROOT = Path(__file__).parents[2]


def answer(uri: str, status: str, info: str = "") -> dict[str, str]:
    return {"uri": uri, "status": status, "info": info, "filename": "book/bibliography.md"}


def test_what_is_silent_and_what_moved_is_named() -> None:
    printed = report(
        [
            answer("https://a.org", "working"),
            answer("https://b.org", "broken", "404"),
            answer("https://c.org", "redirected", "https://d.org"),
            answer("https://c.org", "redirected", "https://d.org"),
            answer("#here", "unchecked"),
        ]
    )
    first, *others = printed.splitlines()
    assert first == "3 addresses were asked: 2 answered, 1 of them from elsewhere; 1 did not."
    assert others == [
        "  silent  https://b.org  (book/bibliography.md)",
        "  moved   https://c.org  to  https://d.org  (book/bibliography.md)",
    ]


def test_silence_everywhere_is_no_verdict_on_the_addresses() -> None:
    assert report([answer("https://a.org", "broken"), answer("https://b.org", "timeout")]).endswith(
        "none answered. Is there a network?"
    )
    assert report([]) == "No address leads outside the site."


def test_the_command_runs_it() -> None:
    assert "book/links.py" in (ROOT / "Makefile").read_text(encoding="utf-8")
