"""Tables as HTML."""

import html
import re

import pandas as pd

# A cell that is an address and nothing else. pandas would make a link of more, quotation marks that end the attribute included.
ADDRESS = re.compile(r"<td>(https?://[\w.~:/?#@!$()*+,;=%&-]+)</td>", re.ASCII)


def to_html(table: pd.DataFrame, caption: str) -> str:
    """A table as HTML that scrolls on a narrow screen and is announced by its caption; every text is escaped."""
    safe = html.escape(caption)
    body = table.to_html(index=False, escape=True, border=0, justify="left", classes="table")
    body = body.replace("<thead>", f"<caption>{safe}</caption>\n  <thead>", 1).replace("<th>", '<th scope="col">')
    body = ADDRESS.sub(r'<td><a href="\1">\1</a></td>', body)
    return f'<div class="table-scroll" role="region" tabindex="0" aria-label="{safe}">\n{body}\n</div>'
