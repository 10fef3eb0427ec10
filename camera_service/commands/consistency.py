"""`python -m camera_service consistency …`: check and repair while no service need run."""

import argparse
import json
import sys
from collections.abc import Sequence

from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from camera_service.domain.errors import CameraError
from camera_service.entrypoints import consistency_encoding as encoding
from camera_service.offline import offline_consistency
from camera_service.settings import CameraSettings
from servicekit.database.trouble import DatabaseTroubleError


def print_consistency(settings: CameraSettings, arguments: Sequence[str]) -> int:
    """Do what the arguments say and print the contract's response as JSON; return the exit code.

    0 done, 1 refused or failed, 2 wrong use.
    """
    try:
        asked = _parser().parse_args(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        _print(_answer(settings, asked))
    except (CameraError, DatabaseTroubleError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(
            f"error: the data directory cannot be read: {error.strerror} ({error.filename})\n"
        )
        return 1
    return 0


def _answer(settings: CameraSettings, asked: argparse.Namespace) -> Message:
    consistency = offline_consistency(settings)
    if asked.command == "check":
        return encoding.check(consistency.check())
    if asked.command == "undo":
        undone = consistency.undo(asked.backup, asked.force)
        return pb.UndoRepairResponse(restored=undone.restored, not_restored=undone.not_restored)
    request = pb.RepairConsistencyRequest(
        dry_run=not asked.really, kinds=asked.only, camera_ids=asked.camera
    )
    return encoding.repair(consistency.repair(encoding.asked(request)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m camera_service consistency")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    repair = commands.add_parser("repair")
    repair.add_argument("--really", action="store_true", help="do it; otherwise it is shown")
    repair.add_argument("--only", action="append", default=[], metavar="KIND")
    repair.add_argument("--camera", action="append", default=[], metavar="ID")
    undo = commands.add_parser("undo")
    undo.add_argument("backup")
    undo.add_argument("--force", action="store_true", help="although something has changed since")
    return parser


def _print(response: Message) -> None:
    plain = MessageToDict(
        response, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")
