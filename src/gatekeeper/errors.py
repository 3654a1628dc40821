"""The errors that are the user's to mend: one message each, never a traceback."""


class UserError(Exception):
    """Something the user can put right; ends the command with exit code 2.

    `messages` holds one line a mistake, each saying what is wrong and where.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


class Interrupted(BaseException):
    """A signal asked us to stop. Not an Exception, so that no handler swallows it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number
