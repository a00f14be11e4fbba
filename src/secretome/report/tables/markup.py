"""Tables as HTML, each with a link that downloads it as a CSV file."""

import base64
import html
import re

import pandas as pd

# A cell that contains only an address. `render_links` of pandas would also make links of text with quotation marks,
# which end the attribute.
ADDRESS = re.compile(r"<td>(https?://[\w.~:/?#@!$()*+,;=%&-]+)</td>", re.ASCII)


def to_html(table: pd.DataFrame, caption: str, data: pd.DataFrame | None = None) -> str:
    """A table as escaped HTML with a caption, which scrolls on a narrow screen and can be downloaded as CSV.

    Parameters
    ----------
    table : DataFrame
        The table to show. If the first column names every row, its cells are the headers of their rows.
    caption : str
        The caption above the table, which is also the name of the file.
    data : DataFrame, optional
        The content of the file, with every digit; by default, the table as it is shown.

    Returns
    -------
    str

    Examples
    --------
    >>> shown = to_html(pd.DataFrame({"Group": ["control"], "n": [12]}), "The animals")
    >>> '<th scope="row">control</th>' in shown, 'download="the-animals.csv"' in shown
    (True, True)
    """
    safe = html.escape(caption)
    body = table.to_html(index=False, escape=True, border=0, justify="left", classes="table")
    body = body.replace("<thead>", f"<caption>{safe}</caption>\n  <thead>", 1).replace("<th>", '<th scope="col">')
    body = ADDRESS.sub(r'<td><a href="\1">\1</a></td>', body)
    names = table.iloc[:, 0].astype(str) if table.columns.size else table.index.astype(str)
    if names.is_unique and names.str.strip().all():
        body = re.sub(r"(<tr>\s*)<td>(.*?)</td>", r'\1<th scope="row">\2</th>', body, flags=re.DOTALL)
    scroll = f'<div class="table-scroll" role="region" tabindex="0" aria-label="{safe}">\n{body}\n</div>'
    return f'{scroll}\n<p class="export">{csv_link(table if data is None else data, caption)}</p>'


def csv_link(data: pd.DataFrame, caption: str) -> str:
    """A link that contains a table as a CSV file, so that it needs neither a network nor a second file."""
    name = re.sub(r"[^a-z0-9]+", "-", caption.casefold()).strip("-")[:100].rstrip("-") or "table"
    content = base64.b64encode(data.to_csv(index=False, lineterminator="\n").encode()).decode()
    label = html.escape(f"CSV: download {caption}")
    return f'<a download="{name}.csv" href="data:text/csv;charset=utf-8;base64,{content}" aria-label="{label}">CSV</a>'
