"""The names of columns in a spreadsheet, without openpyxl, which takes longer to import than a cohort to read."""

from functools import lru_cache

ALPHABET = 26


@lru_cache(maxsize=1024)
def column_letters(number: int) -> str:
    """The letters of a column, which is counted from 1.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column from its letters.

    >>> column_number("a"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters.upper():
        number = ALPHABET * number + ord(letter) - ord("A") + 1
    return number
