"""Word lists that several checks share: missing values, yes and no, and words that keep an animal."""

import re

MISSING = frozenset({"", "na", "n/a", "n.a.", "nan", "null", "-", "--", "–", "—", "."})
NO = frozenset({"0", "no", "n", "false", "f", "nein", "falsch", "non", "faux", "нет", "ложь"})
YES = frozenset({"1", "yes", "y", "true", "t", "x", "✓", "✔", "ja", "j", "wahr", "oui", "o", "vrai", "да", "истина"})
# Words in a column 'exclude' that keep the animal.
KEEP_WORDS = NO | frozenset("none keep kept use used include included ok okay valid".split()) | {"not excluded"}
# Headers of columns that state which rows to keep, and whose words therefore mean the opposite of 'exclude'.
KEEP_HEADER = re.compile(r"\s*(in|inclu\w*|keep|kept|used?)\s*\??\s*", re.IGNORECASE)
# Headers of columns of flags under which 'no' marks a value to leave out.
VALID_HEADER = re.compile(r"\W*(valid|inclu(de|ded)|keep|kept|used?)\W*")
# Headers of columns of flags under which 'yes' marks a value to leave out.
INVALID_HEADER = re.compile(r"\W*(invalid|removed?|drop(ped)?|reject(ed)?)\W*")
# Words in a column 'event'.
DIED = frozenset("1 yes y true dead died death".split())
SURVIVED = frozenset("0 no n false alive survived".split())
# Cells of a column of flags that mark a valid value.
VALID_FLAGS = MISSING | frozenset(
    """
    ok okay pass passed good valid normal none = in fine included include keep kept inrange withinrange indetectionrange
    withindetectionrange infitcurverange incurve quantified quantifiable measured detected final accepted reportable
    unflagged notflagged noflag noflags
    """.split()
)
EXCLUDED_FLAGS = frozenset("fail failed bad removed x ex excl out drop dropped del deleted error void".split())
# Codes that are flags if they occur in some rows only, or in a column of flags; the others only in a column of flags.
RARE_CODES = frozenset({"q", "u", "uj", "j", "e", "lt", "gt", "le", "ge"})
FLAG_CODES = RARE_CODES | frozenset("h l r b d x ex in out lo hi low high below above under over".split())
