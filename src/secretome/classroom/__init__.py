"""The course and the class:

lessons whose exercises come from their solutions, and a cohort of their own for every student.
"""

from secretome.classroom.checking import check

__all__ = ["check"]
