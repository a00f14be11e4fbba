"""The course: lessons whose exercises are made from their solutions, and a separate cohort for every student."""

from secretome.course.check_answer import check
from secretome.course.exercise_data import print_data

__all__ = ["check", "print_data"]
