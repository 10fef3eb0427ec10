"""`python -m gateway`: the control process beside Envoy."""

import sys

from gateway.bootstrap import build
from gateway.settings import HELP
from servicekit.server import run

if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv[1:]):
        sys.stdout.write(HELP)
    else:
        run(build)
