"""The scoreboard, and the reruns that the book publishes: their results, without the values of animals."""

from secretome.publish.tables import scoreboard

__all__ = ["scoreboard"]
