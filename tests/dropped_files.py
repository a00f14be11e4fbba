"""Cohort files as a reader drops them on the in-browser page, made from the rats of the sepsis study."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from making import ods, pzfx, xlsx

from rats import SEPSIS
from secretome import adjudicate, analyse, load_study
from secretome.protocol import load_protocol, study_folder


def rats() -> pd.DataFrame:
    """Twelve rats in each group, one row per animal, whose values support every claim."""
    random = np.random.default_rng(20)
    centres = {"sham": (40, 30), "control": (320, 20), "t1": (150, 24), "t2": (90, 36)}
    rows = [
        (f"{group}-{number}", group, round(il6 * spread[0], 1), round(il4 * spread[1], 1))
        for group, (il6, il4) in centres.items()
        for number, spread in enumerate(np.exp(random.normal(0, 0.3, (12, 2))), start=1)
    ]
    return pd.DataFrame(rows, columns=["animal", "group", "il6", "il4"])


def as_csv() -> bytes:
    """A CSV file."""
    return rats().to_csv(index=False).encode()


def as_xlsx() -> bytes:
    """A workbook with a second sheet that holds no table."""
    table = rats()
    return xlsx({"Rats": [list(table.columns), *table.values.tolist()], "Notes": [["kept at 21 °C"]]})


def as_two_sheets() -> bytes:
    """A workbook with two sheets that hold a table of the study."""
    rows = [list(rats().columns), *rats().values.tolist()]
    return xlsx({"First run": rows, "Second run": rows})


def as_pzfx() -> bytes:
    """A Prism file with one table per endpoint and one column per group."""
    groups = load_protocol(study_folder(SEPSIS) / "protocol.yml").groups
    table = rats()
    by_group = {key: table[table["group"] == key] for key in groups}
    tables = {
        title: {key: [f"{value:g}" for value in own[endpoint]] for key, own in by_group.items()}
        for title, endpoint in (("IL-6", "il6"), ("IL-4", "il4"))
    }
    return pzfx(tables)


def as_european() -> bytes:
    """Semicolons between columns, commas in numbers, and the encoding of an older Windows program."""
    return rats().to_csv(index=False, sep=";", decimal=",").encode("cp1252")


def with_three_problems() -> bytes:
    """Two groups with names that the study does not have, and a misspelt column."""
    table = rats().replace({"group": {"sham": "healthy rats", "t1": "low"}}).rename(columns={"il4": "interleukin four"})
    return table.to_csv(index=False).encode()


def ambiguous() -> bytes:
    """Numbers with one point and three digits after it, beside whole numbers."""
    rows = [
        f"{group}{at},{group},{value},20"
        for group in ("sham", "control")
        for at, value in enumerate(("1.185", "2.204"))
    ]
    return "\n".join(["animal,group,il6,il4", *rows, "x,t1,900,20"]).encode()


def coded_samples() -> dict[str, bytes]:
    """The export of a plate reader, which names samples, and a key with their animals and groups."""
    lines = ["Program,xPONENT,,MAGPIX", "", "Results", "", "DataType:,Result", "Location,Sample,IL-6,IL-4,Total Events"]
    key = ["sample,animal,group"]
    for at, (animal, group, il6, il4) in enumerate(rats().itertuples(index=False), start=1):
        lines.append(f'"{at}(1,{"ABCDEFGH"[at % 8]}{1 + at // 8})",S{at},{il6},{il4},880')
        key.append(f"S{at},{animal},{group}")
    return {"plate": "\n".join([*lines, "", ""]).encode(), "key": "\n".join(key).encode()}


def hostile() -> bytes:
    """Markup and formulas where names and groups are expected."""
    table = rats()
    table["animal"] = [f"<img src=x onerror=alert({at})>" for at in range(len(table))]
    table["group"] = table["group"].replace("sham", "</td><script>alert(1)</script>")
    table['=HYPERLINK("http://x.test")'] = "=1+1"
    return table.to_csv(index=False).encode()


def as_ods() -> bytes:
    """An OpenDocument sheet."""
    table = rats()
    return ods([list(table.columns), *table.values.tolist()])


def command_line_tables(study: str, path: Path) -> dict[str, pd.DataFrame]:
    """The tables of a rerun, read from their text."""
    loaded = load_study(study, path)
    results = analyse(loaded)
    return {
        "results": numbers(results.to_csv(index=False)),
        "verdicts": numbers(adjudicate(loaded, results).to_csv(index=False)),
    }


FILES: dict[str, Callable[[], bytes]] = {
    "rats.csv": as_csv,
    "rats.xlsx": as_xlsx,
    "rats.pzfx": as_pzfx,
    "rats.ods": as_ods,
    "european.csv": as_european,
}
MEANINGS = {"healthy rats": "sham", "low": "t1", "interleukin four": "il4"}
HOSTILE_MEANINGS = {"</td><script>alert(1)</script>": "sham"}


def numbers(csv: str) -> pd.DataFrame:
    """A table of a download."""
    return pd.read_csv(io.StringIO(csv))
