"""The course: lessons whose exercises come from their solutions, and answers that are checked without being shown."""

from secretome.classroom.checking import check

__all__ = ["check"]
