"""The course: lessons whose exercises are made from their solutions, and a separate cohort for every student."""

from secretome.course.check_answer import check

__all__ = ["check"]
