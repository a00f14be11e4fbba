"""An attack in every label of a cohort file:

nothing runs in a page, a spreadsheet or a shell, and nothing leaves the folder.
"""

import io
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from making import xlsx
from playwright.sync_api import Browser
from typer.testing import CliRunner, Result

from secretome import analyse, load_study
from secretome.claims import adjudicate, examine
from secretome.cli import app
from secretome.cohort import Study, cohort_id, read_cohort
from secretome.protocol import InputError, Protocol
from secretome.report import tables
from secretome.report.tables.workbook import LIVE

SEPSIS = "sepsis_cytokines"
PAYLOADS = [
    "<script>alert('pwned')</script>",
    '"><img src=x onerror="alert(1)">',
    "<svg onload=alert(1)><style>*{display:none}</style>",
    "javascript:alert(1)",
    'http://x.test/" onmouseover="alert(1)',
    '=HYPERLINK("http://x.test","click")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "!!python/object/apply:os.system ['touch pwned']",
    "$(touch pwned); `touch pwned` & touch pwned |",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "{glue:text}`who` {doc}`x` ```{raw} html",
    "[link](javascript:alert(1)) ![](http://x.test/p.png)",
    "__import__('os').system('touch pwned')",
    "\u05d0\u05d1\u05d2 rat \u0639\u0631\u0628\u064a",
    "x" * 5000,
    "' OR 1=1 --",
]
SHEET = "<img src=x onerror=alert(1)>"
GROUP = "@cmd|'<script>alert(2)</script>"
FILE = "x;$(touch pwned)<img src=x onerror=alert(1)>.xlsx"
VALUES = {
    "sham": [(11.2, 25), (14.8, 31), (12.9, 22), (17.3, 28), (10.4, 19)],
    "control": [(92, 17), (131, 14), (77, 19), (160, 22), (108, 13)],
    "t1": [(48, 20), (61, 16), (39, 23), (75, 18), (52, 15)],
    "t2": [(35, 27), (27, 33), (41, 24), (22, 29), (30, 22)],
}


def attack_rows() -> list[list[object]]:
    """Twenty rats whose every label is an attack, one of them left out for a reason that is another."""
    rows: list[list[object]] = [["animal", "group", "il6", "il4", "cage", "sex", "batch", "plate", "note", "exclude"]]
    for at, (group, pair) in enumerate((group, pair) for group, pairs in VALUES.items() for pair in pairs):
        turned = [PAYLOADS[(at + shift) % len(PAYLOADS)] for shift in range(7)]
        reason = turned[6] if at in (0, 4, 8) else ""
        rows.append(
            [
                f"{turned[0]} {at}" if at % 2 else turned[0],
                GROUP if group == "control" else group,
                *pair,
                *turned[1:6],
                reason,
            ]
        )
    return rows


def secretome(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rerun of the attack, with another error rate besides."""
    folder = tmp_path_factory.mktemp("attack")
    cohort = folder / FILE
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        cohort.write_bytes(xlsx({SHEET: attack_rows(), "other": [["nothing"]]}, _as_text))
        options = ["--sheet", SHEET, "--map", f"{GROUP}=control"]
        checked = secretome("check", SEPSIS, cohort, *options)
        assert checked.exit_code == 0, checked.output
        run = secretome("rerun", SEPSIS, cohort, *options, "--out", folder / "out", "-p", "alpha=0.01")
        assert run.exit_code == 0, run.output
        assert "Traceback" not in checked.output + run.output
    return folder


def _as_text(book: openpyxl.Workbook) -> None:
    """What a laboratory's spreadsheet holds as text stays text."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type = "s"


def test_nothing_runs_in_a_shell_and_nothing_leaves_the_folder(attacked: Path) -> None:
    assert {path.name for path in attacked.iterdir()} == {FILE, "out"}
    (run,) = (attacked / "out").iterdir()
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", run.name)
    assert not list(attacked.rglob("pwned"))
    provenance = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["cohort_names"] == {GROUP: "control"}
    assert provenance["cohort_sheet"] == SHEET


def test_the_report_shows_the_attack_as_text_and_says_what_was_altered(attacked: Path) -> None:
    page = BeautifulSoup(next(attacked.rglob("report.html")).read_bytes(), "html.parser")
    text = page.get_text()
    assert PAYLOADS[6] in text  # the reason of the first rat left out
    assert not [script for script in page.select("script") if "alert" in script.get_text()]
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")], element
        for name in ("href", "src"):
            assert not str(element.get(name, "")).startswith(("javascript:", "http://x.test")), element
    assert not page.select("img[src=x], iframe, object, embed, form")
    header = page.select_one("header .altered")
    assert header is not None
    assert re.findall(r"[\d.]*\d", header.get_text())[:3] == ["0.01", "0.05", "3"]


def test_no_cell_of_the_workbook_is_alive(attacked: Path) -> None:
    book = openpyxl.load_workbook(next(attacked.rglob("tables.xlsx")))
    assert book.sheetnames == ["verdicts", "checks", "results", "excluded"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not [cell.value for cell in cells if cell.data_type == "s" and str(cell.value).startswith(LIVE)]
    assert not [cell for cell in cells if cell.hyperlink]
    left_out = [row[0].value for row in book["excluded"].iter_rows(min_row=2)]
    assert PAYLOADS[0] in left_out


def test_numbers_of_the_workbook_are_those_of_the_results() -> None:
    """Against the table itself, to the sixteenth digit; what is not there is an empty cell."""
    study = load_study(SEPSIS)
    results = analyse(study)
    verdicts, checks = adjudicate(study, results), examine(study, results)
    content = tables.workbook(study, results, verdicts, checks)
    assert content == tables.workbook(study, results, verdicts, checks)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["verdicts (simulated)", "checks (simulated)", "results (simulated)"]
    sheet = book["results (simulated)"]
    assert sheet.freeze_panes == "B2"
    heads = [cell.value for cell in sheet[1]]
    column = heads.index("p, adjusted") + 1
    shown = [sheet.cell(row, column).value for row in range(2, sheet.max_row + 1)]
    expected = [None if pd.isna(p) else p for p in results["pvalue_adjusted"]]
    assert shown == [None if p is None else pytest.approx(p, rel=1e-15, abs=0) for p in expected]
    assert any(
        isinstance(cell.value, float) and cell.value < 0 for row in sheet.iter_rows() for cell in row
    )  # a minus is no formula


@pytest.mark.parametrize("width", [1440, 390])
def test_the_report_opens_without_a_dialog_an_error_or_a_request(attacked: Path, browser: Browser, width: int) -> None:
    page = browser.new_context(offline=True, viewport={"width": width, "height": 900}).new_page()
    faults: list[str] = []
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: faults.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    )
    page.goto(next(attacked.rglob("report.html")).as_uri())
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    assert page.locator("button.copy").count() > 3  # its own script runs
    # Two frames later, whatever the scripts had begun is drawn.
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    assert not faults


def test_the_report_prints_on_a4(attacked: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(next(attacked.rglob("report.html")).as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    # 210 by 297 mm, in points.
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {(595, 842)}
    page.emulate_media(media="print")
    # What is heard only would take a sheet of its own at the end.
    assert page.locator(".copy-said").count()
    assert not any(element.is_visible() for element in page.locator("button.copy, .copy-said").all())


def test_a_script_that_got_into_a_report_would_not_run(attacked: Path, browser: Browser, tmp_path: Path) -> None:
    """The second wall: were a label not escaped, the page's policy would still stop it."""
    text = next(attacked.rglob("report.html")).read_text(encoding="utf-8")
    breach = "<script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\"><p id=end>end</p>"
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("</footer>", f"{breach}</footer>"), encoding="utf-8")
    page = browser.new_page()
    page.goto(broken.as_uri())
    page.locator("#end").wait_for()
    assert page.title() != "ran"
    without = tmp_path / "without.html"
    without.write_text(re.sub(r"<meta http-equiv=.*?>", "", broken.read_text(encoding="utf-8")), encoding="utf-8")
    page.goto(without.as_uri())
    assert page.title() == "ran"  # and it is the policy that stops it


@pytest.mark.parametrize("character", ["\x1b[31m", "\x07", "\u202egnp.exe", "\u2066", "\x9b"])
def test_characters_that_steer_a_terminal_or_turn_text_are_refused_by_cell(
    sepsis_protocol: Protocol, character: str
) -> None:
    text = f"animal,group,il6,il4,note\na{character},sham,1,2,\nb,control,3,4,{character}"
    with pytest.raises(InputError) as error:
        read_cohort(Path("rats.csv"), sepsis_protocol, text.encode())
    assert [problem.place for problem in error.value.problems] == ["cell A2", "cell E3"]
    assert "\x1b" not in str(error.value)
    assert "\u202e" not in str(error.value)


@pytest.mark.parametrize(
    "name", ["../../rats.csv", "..", ".hidden.csv", "=cmd.csv", "-rf.csv", "\u202etxt.csv", "r" * 65, " .csv"]
)
def test_no_file_name_becomes_a_path_an_option_or_a_hidden_folder(name: str) -> None:
    try:
        found = cohort_id(Path(name))
    except InputError as error:
        assert len(error.problems) == 1
    else:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", found)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x=1;import os;os.system('touch pwned');y=1", "found the parameter 'x'"),
        ("x;import os;os.system('touch pwned')=1", "found the parameter \"x;import os;os.system('touch pwned')\""),
        ("alpha=1;import os", "expected a number with a decimal point"),
        ("seed=__import__('os').system('touch pwned')", "expected a whole number"),
        ("alpha=nan", "expected a number between 0 and 0.5"),
        ("alpha=inf", "expected a number between 0 and 0.5"),
        ("seed=1E5", "expected a whole number"),
    ],
)
def test_a_parameter_is_a_name_and_a_number_or_it_is_refused(
    donors: Path, tmp_path: Path, typed: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = secretome("rerun", "treg_conditioned_medium", donors, "--out", tmp_path / "out", "-p", typed)
    assert (result.exit_code, sentence in result.output) == (2, True), result.output
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "pwned").exists()


def test_a_number_with_zeros_before_it_is_that_number() -> None:
    from secretome.rerun.parameters import check_parameters

    assert check_parameters(SEPSIS, {"seed": "007", "alpha": "1E-2"}) == {"seed": 7, "alpha": 0.01}


def test_a_table_makes_links_of_addresses_alone() -> None:
    shown = tables.to_html(
        pd.DataFrame({"a": [*PAYLOADS, 'ftp://x" onclick="alert(1)', "https://doi.org/10.1000/a(b)"]}), "<b>"
    )
    page = BeautifulSoup(shown, "html.parser")
    assert [str(link["href"]) for link in page.select("table a")] == ["https://doi.org/10.1000/a(b)"]
    assert not page.select("script, img, svg, b, [onmouseover], [onclick]")


def test_yaml_that_builds_objects_is_refused(tmp_path: Path, sepsis: Study) -> None:
    from secretome.audit import load_table
    from secretome.protocol import load_protocol

    attack = tmp_path / "protocol.yml"
    attack.write_text("key: !!python/object/apply:os.system ['touch pwned']\n", encoding="utf-8")
    for load in (load_protocol, load_table):
        with pytest.raises(InputError):
            load(attack)
    assert not Path("pwned").exists()
