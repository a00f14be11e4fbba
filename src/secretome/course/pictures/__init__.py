"""The pictures of the lessons, one module each."""
