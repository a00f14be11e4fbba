"""The course and the class: a cohort and an assignment for every student, and their marks."""
