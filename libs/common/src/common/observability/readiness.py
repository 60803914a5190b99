"""What a part of a process says about itself when it is asked whether it is ready."""


class Notice(str):
    """Something that an operator should look at, though the part works: it is shown, and the process stays ready."""

    __slots__ = ()
