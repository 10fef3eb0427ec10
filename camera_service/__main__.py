"""python -m camera_service"""

import sys

from camera_service.bootstrap import build
from camera_service.commands.consistency import print_consistency
from camera_service.commands.workers import print_workers, stop_and_print
from camera_service.settings import HELP, camera_settings
from servicekit import server
from servicekit.settings import Environment, SettingsError


def main(arguments: list[str]) -> int:
    """Do what HELP says; return the exit code."""
    command = arguments[0] if arguments else "serve"
    if command in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return 0
    offline = {
        "list-workers": print_workers,
        "stop-workers": stop_and_print,
        "consistency": print_consistency,
    }
    if command not in ("serve", *offline) or (command == "serve" and arguments[1:]):
        sys.stderr.write(HELP)
        return 2
    try:
        settings = camera_settings(Environment())
        if command == "serve":
            server.run(lambda: (build(settings), settings.server))
            return 0
        return offline[command](settings, arguments[1:])
    except SettingsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
