"""The pages of commands and of the package say what is there, and all of it."""

import re
from pathlib import Path

from built_pages import soup
from typer.main import get_command

import secretome
from secretome.cli import app


def test_every_command_and_option_is_on_the_page(site: Path) -> None:
    page = soup(site, "book/commands")
    sections = {
        str(heading.get_text()).rstrip("#").removeprefix("secretome "): heading.parent
        for heading in page.select("article section > h2, article section > h3")
    }
    commands = {}
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {})
        commands |= {name: command, **{f"{name} {key}": value for key, value in inner.items()}}
    assert set(sections) == set(commands)
    for name, command in commands.items():
        section = sections[name]
        assert section is not None
        # Typography aside: the page curls quotation marks.
        text = (
            re.sub(r"\s+([;,.)’])", r"\1", " ".join(section.get_text(" ").split())).replace("’", "'").replace("‘", "'")
        )
        assert re.search(rf"Examples?: .*secretome {name}\b", text), name
        for parameter in command.params:
            assert parameter.help, (name, parameter.name)
            described_as = " ".join(parameter.help.replace("`", "").split())
            assert described_as in text, (name, parameter.name)
            shown = [code.get_text() for code in section.select("li code")]
            if parameter.param_type_name == "option":
                assert any(option in line for option in parameter.opts for line in shown), (name, parameter.name)
            if (
                parameter.param_type_name == "option"
                and isinstance(parameter.default, int | float)
                and not parameter.is_flag
            ):
                # Limits may follow the default.
                assert re.search(rf"\[default: {parameter.default:g}(\.0)?[;\]]", text), (name, parameter.name)


def test_no_signature_shows_a_private_field(site: Path) -> None:
    for page in sorted((site / "book" / "statistics").glob("*.html")):
        shown = soup(site, f"book/statistics/{page.stem}").select(".sig-param .n")
        assert not [name.get_text() for name in shown if name.get_text().startswith("_")]


def test_every_public_function_is_described_with_an_example(site: Path) -> None:
    page = soup(site, "book/api")
    described = {str(entry["id"]): str(entry.find_next_sibling("dd")) for entry in page.select("dl.py.function > dt")}
    for name in set(secretome.__all__) - {"stats"}:
        assert any(entry.endswith(f".{name}") for entry in described), name
    for name, text in described.items():
        assert "Examples" in text, name
        assert "Parameters" in text or name.endswith("study_names"), name
        assert "Returns" in text or name.endswith("study_names"), name
