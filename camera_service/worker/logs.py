"""The worker's log: one line an event, with UTC time, on standard output."""

import logging
import sys
import threading
import time

from servicekit.masking import mask_known
from servicekit.visible import visible


class _MaskedLine(logging.Formatter):
    """Every line passes here, so no line can hold the password, nor be more than one."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, source: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._source = source

    def format(self, record: logging.LogRecord) -> str:
        return visible(mask_known(super().format(record), self._source))


def start_log(source: str) -> logging.Logger:
    """Return the logger of this process; it hides the credentials of `source`.

    An exception that nobody catches goes the same way: PyAV's text holds the
    whole URL. FFmpeg's own messages do so, too; PyAV prints none unless told to.
    """
    # When the disk is full, logging would print the unmasked line to stderr.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_MaskedLine(source))
    log = logging.getLogger("camera_service.worker")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    sys.excepthook = lambda _type, error, _trace: log.error("a fault of mine", exc_info=error)
    threading.excepthook = lambda fault: log.error("a fault of mine", exc_info=fault.exc_value)
    return log
