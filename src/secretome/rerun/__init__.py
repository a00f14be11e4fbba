"""Rerun a study's notebook on other cohorts: every cohort is checked first, and each output folder is complete."""
