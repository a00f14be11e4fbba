"""How often a design of the reader's would decide a claim: what the form on the page on power calls."""

import re
from typing import Any

from secretome.claims import MIN_N
from secretome.defaults import DEFAULT_SCENARIO
from secretome.power import claim_rates, tables, text
from secretome.protocol import load_protocol, study_folder

# Fewer than on the command line, so that a size takes seconds; the table gives the standard error.
COHORTS = 1000
MAX_N, MAX_SIZES = 200, 6
SEED = 1


def power(study: str, claim: str, sizes: str, effect: float = 1.0) -> dict[str, Any]:
    """Return the power of some group sizes as a table with sentences, or what is wrong with the sizes.

    Parameters
    ----------
    study, claim : str
        The keys of a study and of one of its claims.
    sizes : str
        Numbers of animals per group, as the reader typed them, such as "8, 12".
    effect : float
        The true effect as a share of the assumed one, on the log scale.

    Examples
    --------
    >>> power("sepsis_cytokines", "il4_rises_t2", "8, many")["problem"]
    "found 'many'; expected up to 6 whole numbers from 3 to 200, such as 8, 12."
    """
    words = re.findall(r"[^\s,;]+", sizes)
    unfit = [word for word in words if not re.fullmatch(r"\d{1,3}", word) or not MIN_N <= int(word) <= MAX_N]
    if unfit or not 0 < len(words) <= MAX_SIZES:
        found = ", ".join(map(repr, unfit)) or f"{len(words)} numbers"
        expected = f"up to {MAX_SIZES} whole numbers from {MIN_N} to {MAX_N}, such as 8, 12"
        return {"problem": f"found {found}; expected {expected}."}
    protocol = load_protocol(study_folder(study) / "protocol.yml")
    numbers = sorted(set(map(int, words)))
    rates = claim_rates(protocol, claim, numbers, effect=effect, cohorts=COHORTS, seed=SEED)
    table = tables.power_table(rates)
    return {
        "problem": "",
        "caption": protocol.claims[claim].sentence,
        "titles": list(table.columns),
        "rows": [[str(cell) for cell in row] for row in table.itertuples(index=False)],
        "sentences": [
            *filter(None, [text.exact_sentence(protocol, claim)]),
            text.assumed_sentence(protocol, DEFAULT_SCENARIO, effect),
        ],
    }
