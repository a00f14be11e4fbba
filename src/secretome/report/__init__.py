"""From an analysis to what people open: notebook output, and one-file reports."""
