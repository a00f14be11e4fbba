"""The course and the class:

lessons whose exercises come from their solutions, and a cohort of their own for every student.
"""

from secretome.course.check_answer import check

__all__ = ["check"]
