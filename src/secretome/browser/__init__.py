"""What the in-browser page calls: read a file, analyse it, and return text, figures and files.

Every function returns values that JSON can hold. The statistics and sentences are those of the command line.
"""

from secretome.browser.session import Session

__all__ = ["Session"]
