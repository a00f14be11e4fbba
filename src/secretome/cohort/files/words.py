"""Words and numbers in cells and headers: missing and censored values, flags, yes and no."""

import re
from typing import Literal

# Characters that can only be thousands separators: an apostrophe, or a no-break space.
THOUSANDS_MARKS = "'\u2019\u2007\u2009\u202f\xa0"
# A number as files write it, with any decimal mark and thousands separator.
NUMBER = rf"[+\-−]?(?P<digits>\d[\d.,{THOUSANDS_MARKS}]*|[.,]\d+)(?P<exponent>[eE][+\-−]?\d+)?"
# Whole cells in English, German, French and Russian; spaces and punctuation are left out.
BELOW_WORDS = frozenset(
    """
    nd notdetected notdetectable undetected undetectable nondetect nondetected nondetectable trace traces belowdetection
    belowlimit belowrange bdl bld blq bql bmdl blod bloq blloq lod loq lloq llod mdl nq notquantifiable oor< <oor nn ud
    nwg unternwg unterbg nichtnachweisbar unternachweisgrenze nondétecté nondétectable но необнаружено нижепо
    нижепредела нижепределаобнаружения
    """.split()
)
ABOVE_WORDS = frozenset(
    """
    alq aql uloq ulod aboveuloq oor> >oor ovrflw ovflw overflow overflw over overrange sat saturated saturation offscale
    """.split()
)
OUTSIDE_WORDS = frozenset(
    {"oor", "outofrange", "outofcurve", "outofcalibration", "range?", "outsiderange", "outofassayrange"}
)
# Codes that state a side only in a column of flags: the cell 'low' in a column of values is no limit.
BELOW_CODES = frozenset("< ≤ <= =< lt le low lo below under u uj <min minstd <std <curve <range".split())
ABOVE_CODES = frozenset("> ≥ >= => gt ge high hi above over >max maxstd >std >curve >range ovrflw".split())
# Words after 'below' or 'above' that refer to an assay, and not to an animal as in 'overweight'.
_ASSAY = (
    r"range|limit|detect|quantif|curve|l?l?o[dq]|standard|std|min|max|cal|threshold|cut|background|blank|scale"
    r"|assay|fit"
)
_BELOW = re.compile(rf"(below|under)(({_ASSAY}).*)?|[<≤][^\W\d]+|<{{2,}}")
_ABOVE = re.compile(rf"(above|over|exceeds)(({_ASSAY}|u?l?o[dq]).*)?|[>≥][^\W\d]+|>{{2,}}")
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


def limit_passed(text: str) -> Literal["", "<", ">", "?"]:
    """Return the side of an assay's range that a cell states without the limit: ``<``, ``>``, or ``?`` if unknown.

    >>> [limit_passed(text) for text in ("n.d.", "< LOD", "Above Fit Curve Range", "OOR", "<15.6")]
    ['<', '<', '>', '?', '']
    """
    word = re.sub(r"[\s._/()\[\]-]", "", text.casefold())
    if word in OUTSIDE_WORDS or re.fullmatch(r"\?+", word):
        return "?"
    has_digit = re.search(r"\d", word) is not None
    if word in BELOW_WORDS or (not has_digit and _BELOW.fullmatch(word)):
        return "<"
    return ">" if word in ABOVE_WORDS or (not has_digit and _ABOVE.fullmatch(word)) else ""
