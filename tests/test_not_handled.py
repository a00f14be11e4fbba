"""What the page of limits quotes is what the commands print."""

import re
from pathlib import Path

from commands import assert_refused, secretome
from secretome.protocol import study_folder

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book" / "not_handled.md").read_text(encoding="utf-8")
# Cells of a table; a quotation is what stands in them between straight quotation marks.
QUOTED = {one for line in PAGE.splitlines() if line.startswith("|") for one in re.findall(r'"([^"]{12,})"', line)}

FILES = {
    "times.csv": "animal,group,time,il6\nr1,control,24,5\nr1,control,48,6\nr2,t1,24,5\nr2,t1,48,7\n",
    "between.csv": "animal,group,il6\nr1,control,10-20\nr2,control,12\nr3,t1,9\n",
    "zero.csv": "animal,group,il6\nr1,control,0\nr2,control,5\nr3,t1,7\n",
    "table.pdf": "%PDF-1.4\n1 0 obj\n",
}
PROTOCOLS = {
    "random": ("sepsis_cytokines", "species:", "random: cage\nspecies:"),
    "covariates": ("sepsis_cytokines", "species:", "covariates: [weight]\nspecies:"),
    "two blocks": ("sepsis_cytokines", "species:", "block: [sex, litter]\nspecies:"),
    "paired blocks": ("treg_conditioned_medium", "species:", "block: sex\nspecies:"),
    "blocks of a trend": ("humoral_immunity", "species:", "block: sex\nspecies:"),
    "baseline of a trend": (
        "humoral_immunity",
        "species:",
        "block: sex\ntime: 24\nbaseline: 0\nspecies:",
    ),
    "crossover": ("treg_conditioned_medium", "design: paired", "design: crossover"),
    "binary": ("sepsis_cytokines", "kind: concentration", "kind: binary"),
}


def _printed(folder: Path) -> list[str]:
    """What is printed about each thing that is refused."""
    printed = []
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="latin-1")
        refused = secretome("check", "sepsis_cytokines", folder / name)
        assert_refused(refused, name)
        printed.append(refused.stderr)
    refused = secretome("check", "sepsis_cytokines", ROOT / "book" / "screenshot.png")
    assert_refused(refused, "a picture")
    printed.append(refused.stderr)
    genes = [f"gene{number}" for number in range(1001)]
    tables = {
        "omics.csv": f"animal,group,{','.join(genes)}\n" + f"a,x,{','.join('1' for _ in genes)}\n" * 2,
        "recovered.csv": "animal,group,recovered\nr1,control,no\nr2,control,yes\nr3,t1,yes\nr4,t1,yes\n",
    }
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
        refused = secretome("new", "own", "--from", folder / name, "--dir", folder)
        assert_refused(refused, name)
        printed.append(refused.stderr)
    for name, (study, old, new) in PROTOCOLS.items():
        copy = folder / name / study
        copy.mkdir(parents=True)
        text = (study_folder(study) / "protocol.yml").read_text(encoding="utf-8")
        assert old in text, name
        (copy / "protocol.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
        refused = secretome("check", copy)
        assert_refused(refused, name)
        printed.append(refused.stderr)
    few = folder / "few.csv"
    few.write_text("animal,group,il6\nr1,control,100\nr2,control,120\nr3,t1,50\nr4,t1,60\n", encoding="utf-8")
    checked = secretome("check", "sepsis_cytokines", few)
    assert checked.exit_code == 0
    return [*printed, checked.stdout]


def test_what_the_page_quotes_is_printed(tmp_path: Path) -> None:
    printed = " ".join(" ".join(_printed(tmp_path)).split())
    assert QUOTED
    assert [quoted for quoted in sorted(QUOTED) if quoted not in printed] == []
