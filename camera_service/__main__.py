"""python -m camera_service"""

import sys

from camera_service.settings import HELP, camera_settings
from servicekit.settings import Environment, SettingsError

OFFLINE = ("list-workers", "stop-workers", "consistency")


def main(arguments: list[str]) -> int:
    """Do what HELP says; return the exit code."""
    command = arguments[0] if arguments else "serve"
    if command in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return 0
    if command not in ("serve", *OFFLINE) or (command == "serve" and arguments[1:]):
        sys.stderr.write(HELP)
        return 2
    try:
        return _serve() if command == "serve" else _offline(command, arguments[1:])
    except SettingsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


# Each imports what it needs alone: gRPC and SQLAlchemy are most of a short command's time.


def _serve() -> int:
    from camera_service.bootstrap import build
    from servicekit import server

    env = Environment()
    is_legacy = env.text("CAMPLANE_IMPLEMENTATION") == "legacy"
    settings = camera_settings(env, asks_database=not is_legacy)
    server.run(lambda: (build(settings), settings.server))
    return 0


def _offline(command: str, arguments: list[str]) -> int:
    if command == "consistency":
        from camera_service.commands.consistency import print_consistency

        return print_consistency(camera_settings(Environment()), arguments)
    from camera_service.commands.workers import print_workers, stop_and_print

    settings = camera_settings(Environment(), asks_database=False)
    return (print_workers if command == "list-workers" else stop_and_print)(settings, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
