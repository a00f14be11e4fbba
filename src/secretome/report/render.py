"""How a page shows the figures of a notebook: inline, with alternative text, in the page's own colours."""

import html
import re
from typing import TYPE_CHECKING, Any

from secretome.report.figures import themed

if TYPE_CHECKING:
    from docutils.nodes import Element


# The key of a glued value in the metadata of an output: MyST-NB looks for the values of ``{glue:text}`` under it.
GLUE = "scrapbook"


class FigureRenderer:
    """A MyST-NB renderer for SVG output that carries alternative text.

    The book finds it by its entry point.
    """

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> "list[Element] | None":
        """Turn one output into nodes; None leaves it to MyST-NB."""
        del renderer  # part of the signature that MyST-NB calls
        metadata = data.output_metadata.get("image/svg+xml", {})
        if data.mime_type != "image/svg+xml" or inline or "alt" not in metadata:
            return None
        from docutils import nodes

        figure = figure_html(data.string, metadata["alt"], metadata.get("name", "figure"))
        return [nodes.raw("", figure, format="html")]


def figure_html(svg: str, alt: str, name: str, title: str = "") -> str:
    """An SVG as an accessible HTML figure whose ids no other figure on the page shares, below its title."""
    # Matplotlib's rule for every element would reach the whole page; shared.css gives it to drawings alone.
    svg = re.sub(r"<style.*?</style>", "", svg, count=1, flags=re.DOTALL)
    renamed = re.sub(r'(\bid="|href="#|url\(#)', lambda match: f"{match[0]}{name}-", svg)
    label = f'role="img" aria-label="{html.escape(alt)}"'
    above = f'<p class="panel-title">{html.escape(title)}</p>' if title else ""
    return (
        f'<figure class="drawing" '
        f'data-name="{html.escape(name)}">{above}{themed(renamed).replace("<svg ", f"<svg {label} ", 1)}</figure>'
    )
