"""What stands at the head of a lesson's downloaded notebooks."""


def exercises_heading(title: str) -> str:
    """The opening of the exercises."""
    return (
        f"# Exercises: {title}\n\n"
        "Read the lesson first. Put your answer in place of the three dots, run the cell (Shift and Enter), "
        "then run the cell below it: it "
        "says whether the answer is right, and does not show it. A number may be computed here, or with any "
        "other program, or on paper."
    )


def solutions_heading(title: str) -> str:
    """The opening of the solutions."""
    return (
        f"# Solutions: {title}\n\nEach exercise with one way to solve it. Try first: a solution that is read is soon "
        "forgotten."
    )
