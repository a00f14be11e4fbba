"""Names for the arrows of the sidebar that open the pages below a page: the theme leaves them to the eye alone."""

from typing import Any

from bs4 import BeautifulSoup


def _name_arrows(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    listed = context.get("generate_toctree_html")
    if listed is None:
        return

    def named(*arguments: Any, **options: Any) -> BeautifulSoup:
        contents = BeautifulSoup(str(listed(*arguments, **options)), "html.parser")
        for summary in contents.select("li > details > summary"):
            link = summary.find_previous("a")
            summary["aria-label"] = f"Pages under {link.get_text(strip=True)}" if link else "Pages"
        return contents

    context["generate_toctree_html"] = named


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    # After the theme, whose function this one wraps.
    app.connect("html-page-context", _name_arrows, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
