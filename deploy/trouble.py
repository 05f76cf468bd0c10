"""What a command says when it cannot go on."""


class Trouble(Exception):  # noqa: N818  (no error of the program: what is said on the screen)
    """One sentence for whoever started it, and no traceback."""
