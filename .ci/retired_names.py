"""Fail if a name that was replaced by the field's term is used again, in code or as the name of a file or folder."""

import re
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("src", "tests", "book", "benchmarks", "notebooks")
# What a retired name is called now.
RETIRED = {
    "Arm": "GroupSample",
    "arms": "groups",
    "attainable": "min_pvalue",
    "readings": "analyses",
    "READINGS": "ANALYSES",
    "deal": "permutation",
    "deals": "permutations",
    "_deals": "_permutation",
    "dealt": "permuted, or randomized",
    "rank_floors": "rank_min_pvalues",
    "floors": "min_pvalues",
    "said": "printed, or stated",
    "told": "printed, or stated",
    "floor_sentence": "min_pvalue_sentence",
    "branches": "specification_of",
    "Branches": "Specification",
    "sameness": "equivalence",
    "no_effect": "equivalence_margin",
    "Zone": "EquivalenceMargin",
    "zone": "margin",
    "judge": "decide_claim",
    "judges": "kinds",
    "judged_on": "decisive_contrasts",
    "deciding": "primary_results",
    "Beside": "AuxiliaryColumns",
    "Fates": "EventColumns",
    "Marks": "CellMetadata",
    "understood": "notes",
    "Complaints": "ErrorCollector",
    "complaints": "errors",
    "Refusal": "InputError",
    "traps": "injected_errors",
    "planted": "injected",
    "trapped": "error_share",
    "mended": "corrected",
    "unmended": "uncorrected",
    "shelf": "published_dir",
    "twin": "as_ipynb",
    "least_log_sd": "min_log_sd",
    "step_of": "dilution_fold",
    "made_up": "simulated",
}
# Limits begin with MAX_ or MIN_.
LIMITS = re.compile(r"_?(MOST|LEAST|FEWEST|LARGEST|SMALLEST|LONGEST|SHORTEST|GREATEST|DEEPEST)(_[A-Z_]+)?")


def name_now(name: str) -> str | None:
    """What a retired name is called now; None for a name that may be used."""
    return "MAX_... or MIN_..." if LIMITS.fullmatch(name) else RETIRED.get(name)


def main() -> int:
    """Print each place of a retired name; 1 if there is one."""
    found = 0
    for path in sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")):
        for part in {*path.relative_to(ROOT).parts[:-1], path.stem} & set(RETIRED):
            found += 1
            print(f"{path.relative_to(ROOT)}: {part!r} is called {RETIRED[part]} now")
        with tokenize.open(path) as source:
            for token in tokenize.generate_tokens(source.readline):
                if token.type == tokenize.NAME and (now := name_now(token.string)):
                    found += 1
                    print(f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string!r} is called {now} now")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
