"""`python -m gateway`: the control process beside Envoy."""

import logging
import sys

from gateway.control.bootstrap import build
from gateway.control.settings import HELP
from servicekit.server import run

if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv[1:]):
        sys.stdout.write(HELP)
    else:
        # One line a question to Envoy's admin socket would be all the log.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        run(build)
