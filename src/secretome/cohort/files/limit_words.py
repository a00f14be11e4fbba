"""Words that state that a value lies below, above or outside an assay's range, without the limit itself."""

import re

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
OUTSIDE_WORDS = frozenset({"oor", "outofrange", "outofcurve", "outofcalibration"})
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


def limit_passed(text: str) -> str:
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
