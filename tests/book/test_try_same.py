"""The in-browser page and the command line: equal tables for simulated cohorts of every study, and an equal report."""

import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect
from try_page import MILLISECONDS, Visit, assert_equal_tables, downloaded, drop, verdicts, wait_for_end

from dropped_files import command_line_tables, numbers
from rats import SEPSIS
from reruns import finished_rerun
from secretome import load_study
from secretome.cohort.simulate import simulate, to_csv
from secretome.protocol import study_names

pytestmark = pytest.mark.slow
# `make fuzz` tries twenty, in a quarter of an hour.
COHORTS = int(os.environ.get("BROWSER_COHORTS", "4"))


def simulated(study: str) -> dict[str, bytes]:
    """Cohorts of every scenario and of different sizes."""
    protocol = load_study(study).protocol
    assert protocol.simulation is not None
    scenarios = list(protocol.simulation.scenarios)
    return {
        f"{study}-{seed}.csv": to_csv(simulate(protocol, scenarios[seed % len(scenarios)], n=4 + seed % 7, seed=seed))
        for seed in range(COHORTS)
    }


@pytest.mark.parametrize("study", study_names())
def test_simulated_cohorts_give_the_tables_of_the_command_line(visit: Visit, study: str, tmp_path: Path) -> None:
    page = visit.page
    for name, content in simulated(study).items():
        path = tmp_path / name
        path.write_bytes(content)
        drop(page, study, name, content)
        expect(page.locator("#try-downloads p")).to_contain_text(path.stem, timeout=MILLISECONDS)
        expect(page.locator("#try-downloads a[download='verdicts.csv']")).to_be_visible()
        expected = command_line_tables(study, path)
        for table, rows in expected.items():
            assert_equal_tables(numbers(downloaded(page, f"{table}.csv")), rows)
        assert verdicts(page) == dict(zip(expected["verdicts"]["claim"], expected["verdicts"]["verdict"], strict=True))


def test_report_is_that_of_the_command_line(visit: Visit, tmp_path: Path) -> None:
    content = to_csv(simulate(load_study(SEPSIS).protocol, "deaths", n=7, seed=20))
    cohort = tmp_path / "rats.csv"
    cohort.write_bytes(content)
    drop(visit.page, SEPSIS, cohort.name, content)
    wait_for_end(visit.page)
    expected = finished_rerun(SEPSIS, cohort, tmp_path / "out") / "report.html"
    assert readable(downloaded(visit.page, "report.html")) == readable(expected.read_text(encoding="utf-8"))


def readable(report: str) -> list[str]:
    """The text of a report, apart from the drawings, the provenance and the versions of the libraries."""
    page = BeautifulSoup(report, "html.parser")
    for element in page.find_all(["svg", "footer", "style", "script"]):
        element.decompose()
    text = re.sub(r"computed with [^.]*(\.\d[^.]*)*\.", "computed.", page.get_text("\n", strip=True))
    text = re.sub(r"Software: [^\n]*Python [\d.]+", "Software", text)
    return text.splitlines()
