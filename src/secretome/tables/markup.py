"""Tables as HTML."""

import html

import pandas as pd


def to_html(table: pd.DataFrame, caption: str) -> str:
    """A table as HTML that scrolls on a narrow screen and is announced by its caption; every text is escaped."""
    safe = html.escape(caption)
    body = table.to_html(index=False, escape=True, border=0, justify="left", classes="table", render_links=True)
    body = body.replace("<thead>", f"<caption>{safe}</caption>\n  <thead>", 1).replace("<th>", '<th scope="col">')
    return f'<div class="table-scroll" role="region" tabindex="0" aria-label="{safe}">\n{body}\n</div>'
