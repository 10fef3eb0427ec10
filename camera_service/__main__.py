"""python -m camera_service"""

import sys

from camera_service.settings import HELP, CameraSettings, camera_settings
from servicekit.settings import Environment, SettingsError

_OFFLINE = ("list-workers", "stop-workers", "consistency")


def main(arguments: list[str]) -> int:
    """Do what HELP says; return the exit code."""
    command = arguments[0] if arguments else "serve"
    if command in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return 0
    if command not in ("serve", *_OFFLINE) or (command == "serve" and arguments[1:]):
        sys.stderr.write(HELP)
        return 2
    try:
        settings = camera_settings(Environment())
        return _carry_out(command, settings, arguments[1:])
    except SettingsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


def _carry_out(command: str, settings: CameraSettings, arguments: list[str]) -> int:
    """Import what the command needs, and no more: `camplane status` waits for a list of workers."""
    if command == "serve":
        from camera_service.bootstrap import build
        from servicekit import server

        server.run(lambda: (build(settings), settings.server))
        return 0
    if command == "consistency":
        from camera_service.offline_consistency import print_consistency

        return print_consistency(settings, arguments)
    from camera_service.offline import print_workers, stop_and_print

    carry_out = print_workers if command == "list-workers" else stop_and_print
    return carry_out(settings, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
