"""Names for the arrows of the sidebar that open the pages below a page: the theme leaves them to the eye alone."""

from typing import Any

NAME = "Pages below this one"


def _name_arrows(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    listed = context.get("generate_toctree_html")
    if listed is None:
        return

    def named(*arguments: Any, **options: Any) -> Any:
        contents = listed(*arguments, **options)
        return str(contents).replace("<summary>", f'<summary aria-label="{NAME}">') if contents else contents

    context["generate_toctree_html"] = named


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("html-page-context", _name_arrows, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
