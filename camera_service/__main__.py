"""python -m camera_service"""

import sys

from camera_service.bootstrap import build
from camera_service.settings import HELP, camera_settings
from servicekit import server
from servicekit.settings import Environment

if __name__ == "__main__":
    if sys.argv[1:]:
        sys.stdout.write(HELP)
        sys.exit(0 if sys.argv[1] in ("-h", "--help") else 2)

    def wired() -> tuple[server.Service, server.ServerSettings]:
        settings = camera_settings(Environment())
        return build(settings), settings.server

    server.run(wired)
