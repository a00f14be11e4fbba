"""Figures of the lessons with their alternative texts: each module names the lessons that use it."""
