"""What to write instead of a cell that is not a value."""

import re

_DIGITS = r"[+\-−]?[\d.,]+"
# A date with points, which is not a number with thousands separators.
DATE = re.compile(r"\d{1,2}\.\d{1,2}\.(\d{2}|\d{4})?")
# Patterns of cells that are not values, and what to write instead.
_FORMS = (
    (
        # In any language: #DIV/0!, #WERT!, #NOM?, #Н/Д.
        r"#[^\W\d_]+(/[^\W_]+)?[!?]?",
        "Correct the formula in the spreadsheet or type the value; if the value is missing, leave the cell empty.",
    ),
    (
        r"#{3,}",
        "The column was too narrow when the file was saved: widen it in the spreadsheet, and save the file again.",
    ),
    (
        r"[<>≤≥~]?\s*\d{1,3}([ .,'’\u2007\u2009\u202f\xa0]\d{3})+([.,]\d+)?",
        "Write the number without thousands separators, and with one decimal mark.",
    ),
    (
        rf"(oor\s*)?(<|≤|lt|below|under|less than|unter|moins de|ниже|менее)\s*(?P<limit>{_DIGITS})",
        "Write <{limit} if the value lies below this limit.",
    ),
    (
        rf"([<≤]\s*)?(llo[dq]|lo[dq])\s*[(\[=:]\s*<?\s*(?P<limit>{_DIGITS})\s*[)\]]?",
        "Write <{limit} if the value lies below this limit.",
    ),
    (
        rf"(oor\s*)?(>|≥|gt|above|over|more than|greater than|über|plus de|выше|более)\s*(?P<limit>{_DIGITS})",
        "Write >{limit} if the value lies above this limit.",
    ),
    (
        r"\d{1,3}:\d{2}(:\d{2})?(\s*[ap]m)?",
        "This is a time, or a titre that a spreadsheet changed to a time: format the column as text, and type the "
        "value; for a titre type only the reciprocal, such as 16 for 1:16.",
    ),
    (
        r"\d{1,2}[./-](\d{1,2}|[^\W\d]{3,4})([./-]\d{2,4})?\.?|[^\W\d]{3,9}[. -]+\d{1,4}|\d{1,2}\.\s*[^\W\d]{3,9}\.?",
        "Type one value: this cell contains two numbers, or a number that a spreadsheet changed to a date.",
    ),
    (r"[\d.,]+\s*[x×*·]\s*10\s*\^?\s*[-−⁻]?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]+", "Write it as 1.2e4, or in full."),
    (r"\d+[·•]\d+", "Write the decimal mark as a point or a comma."),
    (r"[\d.,]+\s*±.*", "Write the value of one animal, not a mean with a standard deviation or error."),
    (
        r"[\d.,]+\s*([-–/;,&]|to|\s)\s*[\d.,]+",
        "Write one number; for several wells of one animal write one row per well, numbered in a column 'replicate'.",
    ),
    (
        rf"(?P<kept>[<>≤≥]\s*{_DIGITS})\s*[^\s\d.,].*",
        "Write {kept}, with the sign; write a unit in the header, and a remark in a column 'note'.",
    ),
    (
        r"[\d.,]+\s*[*†#a-zµμ()%].*|'[\d.,]+",
        "Write the number alone, in the study's unit; write a unit in the header, and a remark in a column 'note'.",
    ),
    (
        r"(found\s+)?(died|dead|death|deceased|euthani[sz]ed|killed|culled|moribund|d\.?o\.?d\.?)\b.*|[†✝‡]+",
        "If the animal died before it was sampled, leave the cell empty, and record the death: 1 in a column 'event', "
        "and the hour in a column 'time'.",
    ),
    (
        r"neg(ative|\.)?|pos(itive|\.)?|[-+]ve|\++|weak(ly)?( positive)?|(too )?(low|high|lo|hi)|min|max|nds",
        "Write the number that was measured; if it was outside the assay's range, write the limit, such as <15.6 if "
        "the lowest standard is 15.6, or >1000 if the highest is 1000.",
    ),
    (
        r"[\d.,]+\s*[^\s\d.,<>:/;&–-].*",
        "Write the number alone, in the study's unit; write a unit in the header, and a remark in a column 'note'.",
    ),
    (
        r"=?([\"'$€£]?)\s*[\d.,]+\s*\1|[(\[{]\s*[\d.,]+\s*[)\]}]",
        "Write the number alone, without other characters before or after it.",
    ),
    (
        r"[~≈].*|(less|more|greater) than.*|[\d.,]+\s*[<>]",
        "Write '<15.6' for a value below a limit, '>1000' for a value above a limit, and a number for any other value.",
    ),
)
REMEDIES = tuple((re.compile(form, re.IGNORECASE), remedy) for form, remedy in _FORMS)
WITH_DIGITS = "Correct the cell: write one number, or a limit with its sign, such as <15.6."
DEFAULT = "Correct the cell, or leave it empty if the value is missing."
MAX_WORD = 60
# Unknown words and codes that may state that a value is outside the range of its assay.
_MAY_BE_RANGE = re.compile(
    r".*([<>≤≥]|range|limit|detect|quant|curve|std|standard|calib|lo[dq]\b|satur|max|min|low|high|over|under|above|below"
    r"|\bout).*|\W*(?-i:[A-Z]{2,6})\W*",
    re.IGNORECASE | re.DOTALL,
)
UNKNOWN_WORD = (
    "Write the number that was measured; if the value was outside the assay's range, write the limit, such as <15.6 or "
    ">1000; if nothing was measured, write NA."
)


def remedy_for(text: str) -> str:
    """Return what to write instead of a cell that is not a value.

    >>> remedy_for("<10 pg/mL")
    "Write <10, with the sign; write a unit in the header, and a remark in a column 'note'."
    """
    for form, remedy in REMEDIES:
        if match := form.fullmatch(text):
            return remedy.format(**match.groupdict()) if match.groupdict() else remedy
    if re.search(r"\d", text) and not re.search(r"[^\W\d_]{3}", text):
        return WITH_DIGITS
    return UNKNOWN_WORD if _MAY_BE_RANGE.fullmatch(text) and len(text) < MAX_WORD else DEFAULT
