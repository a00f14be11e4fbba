"""The scoreboard, and the finished reruns that the book keeps: their results, never the animals."""

from secretome.publish.scoreboard import scoreboard

__all__ = ["scoreboard"]
