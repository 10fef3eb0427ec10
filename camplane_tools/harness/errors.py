"""What may go wrong with a camplane that a tool uses; each text is a sentence for people."""


class HarnessError(Exception):
    """It is of no use to the tool."""


class UpError(HarnessError):
    """`camplane up` ended before it was up, or did not come up; the text is what it said."""


class NotInTimeError(HarnessError):
    """What was waited for did not come; the text names it."""


class NotAnsweredError(HarnessError):
    """A request that must be answered with success was not; the text is its answer."""
