"""Files that are too large or made to do harm are refused before they are parsed, in little memory."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from making import ods, xlsx

from rats import SEPSIS
from secretome.cohort import read_cohort
from secretome.cohort.files.calamine import UnreadableError, read_values
from secretome.cohort.files.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from secretome.protocol import InputError, Protocol, load_protocol, study_folder

HEADER = [["animal", "group", "il6", "il4"], ["a", "sham", 11, 12], ["b", "control", 90, 91]]
ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPE = f'<!DOCTYPE x [<!ENTITY a0 "lol">{ENTITIES}]>'
END = "</sheetData>"


def changed(book: bytes, member: str, old: str, new: str) -> bytes:
    """An archive in which the text of a member was replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text.replace(old.encode(), new.encode()) if name == member else text)
    return stream.getvalue()


def sheet(old: str, new: str) -> bytes:
    """A sound workbook of Excel with another text in its sheet."""
    return changed(xlsx({"S": HEADER}), "xl/worksheets/sheet1.xml", old, new)


def table(old: str, new: str) -> bytes:
    """A sound OpenDocument sheet with another text in its content."""
    return changed(ods(HEADER), "content.xml", old, new)


def far(row: int, column: str) -> bytes:
    return sheet(END, f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>{END}')


def lying() -> bytes:
    """An archive that says of its sheet that it unpacks to 900 bytes; it unpacks to millions."""
    book = sheet(END, f'<row r="9"><c r="A9"><v>{"1" * 5_000_000}</v></c></row>{END}')
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return book.replace(struct.pack("<I", size), struct.pack("<I", 900))


def hostile() -> dict[str, bytes]:
    """Files by name, each small and none sound."""
    prism = b"<GraphPadPrismFile><Table TableType='OneWay'>%s</Table></GraphPadPrismFile>"
    first = "<table:table-cell "
    return {
        "far.xlsx": far(1_048_576, "XFD"),
        "row.xlsx": far(MAX_ROWS + 1, "A"),
        "column.xlsx": far(9, "ALM"),
        "area.xlsx": far(50_000, "ZZ"),
        "beyond.xlsx": far(4_294_967_295, "A"),
        "merged.xlsx": sheet(END, f'{END}<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "hidden.xlsx": sheet("<sheetData>", '<cols><col min="1" max="2000000000" hidden="1"/></cols><sheetData>'),
        "bomb.xlsx": sheet(END, f'<row r="9"><c r="A9"><v>{"1" * 101_000_000}</v></c></row>{END}'),
        "lying.xlsx": lying(),
        "deep.xlsx": sheet(END, "<a>" * 5000 + "</a>" * 5000 + END),
        "entities.xlsx": sheet("<worksheet", f"{DOCTYPE}<worksheet"),
        "wide.ods": table(first, f'{first}table:number-columns-repeated="1000000000" '),
        "tall.ods": table("<table:table-row>", '<table:table-row table:number-rows-repeated="1000000000">'),
        "area.ods": table("<table:table-row>", '<table:table-row table:number-rows-repeated="1000000">'),
        "spaces.ods": table(">animal<", '>a<text:s text:c="2000000000"/>b<'),
        "entities.ods": table("<office:document-content", f"{DOCTYPE}<office:document-content"),
        "entities.pzfx": DOCTYPE.encode() + prism % b"<Title>&a9;</Title>",
        "deep.pzfx": prism % (b"<a>" * 5000 + b"</a>" * 5000),
        "rows.pzfx": prism % (b"<YColumn><Subcolumn>%s</Subcolumn></YColumn>" % (b"<d>1</d>" * (MAX_ROWS + 1))),
        "columns.pzfx": prism % (b"<YColumn><Subcolumn><d>1</d></Subcolumn></YColumn>" * (MAX_COLUMNS + 1)),
        "rows.csv": b"animal,group,il6\n" + b"a,sham,1\n" * MAX_ROWS,
        "returns.csv": b"animal,group,il6\r" + b"a,sham,1\r" * MAX_ROWS,
        "columns.csv": b"animal,group,il6" + b",x" * MAX_COLUMNS + b"\na,sham,1\n",
        "area.csv": b"animal,group,il6\n" + b";" * 900 + b"\n" * (MAX_CELLS // 900),
        "line.csv": b"a," * 5_000_000,
    }


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return hostile()


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(study_folder(SEPSIS) / "protocol.yml")


def problems(name: str, content: bytes, protocol: Protocol) -> int:
    """How many problems a file is refused with."""
    try:
        read_cohort(Path(name), protocol, content)
    except InputError as error:
        return len(error.problems)
    return 0


def test_every_harmful_file_is_refused_with_one_problem(files: dict[str, bytes], protocol: Protocol) -> None:
    assert {name: problems(name, content, protocol) for name, content in files.items()} == dict.fromkeys(files, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of memory are those of Unix")
def test_harmful_files_are_refused_within_a_gigabyte_and_five_seconds(
    files: dict[str, bytes], protocol: Protocol
) -> None:
    import resource

    child = os.fork()
    if not child:
        try:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + 10**9,) * 2)
            worst = 0.0
            for name, content in files.items():
                before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
                refused = problems(name, content, protocol) == 1
                worst = max(worst, resource.getrusage(resource.RUSAGE_SELF).ru_utime - before if refused else 99.0)
            os._exit(0 if worst < 5 else 3)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.xlsx", xlsx({"S": HEADER})),
        ("dimension.xlsx", sheet('<dimension ref="A1:D3"', '<dimension ref="A1:XFD1048576"')),
        ("styled.xlsx", sheet(END, f'<row r="20000"><c r="XFD20000" s="0"/></row>{END}')),
        ("plain.ods", ods(HEADER)),
        (
            "empty-rows.ods",
            table("</table:table>", '<table:table-row table:number-rows-repeated="1048573"/></table:table>'),
        ),
    ],
)
def test_valid_file_is_read(name: str, content: bytes, protocol: Protocol) -> None:
    assert len(read_cohort(Path(name), protocol, content).values) == 4


def test_old_format_is_read_in_a_separate_process() -> None:
    content = (Path(__file__).parent / "marked.xls").read_bytes()
    apart, here = read_values(content, separate_process=True), read_values(content, separate_process=False)
    assert apart == here
    assert any(sheet.values for sheet in apart)
    with pytest.raises(UnreadableError):
        read_values(content[:600], separate_process=True)


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "large", "absent"])
def test_irregular_and_large_files_are_refused(tmp_path: Path, protocol: Protocol, kind: str) -> None:
    path = tmp_path / "cohort.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "large":
        with path.open("wb") as file:
            file.truncate(50_000_001)
    with pytest.raises(InputError) as refused:
        read_cohort(path, protocol)
    assert [problem.file for problem in refused.value.problems] == [str(path)]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "key: " + "{a: " * 10_000,
        "a: &a [*a]",
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
        "key: [" + "x, " * 60_000 + "x]",
        "#" * 1_000_001,
    ],
    ids=["deep", "deep mapping", "inside itself", "multiplying", "many", "large"],
)
def test_excessive_protocol_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "protocol.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_protocol(path)
    assert len(refused.value.problems) == 1
