"""Faults of the camera context."""

from camplane_tools.mutations.mutation import Mutation

_USE_CASES = "camera_service.application.use_cases"
_MODEL = "camera_service.domain.model"


def _camera(name: str, module: str, before: str, after: str) -> Mutation:
    return Mutation(name, module, before, after, "camera")


MUTATIONS = (
    _camera(
        "wrong status: 400 for 409",
        "camera_service.entrypoints.error_table",
        "Refusal(StatusCode.ALREADY_EXISTS,",
        "Refusal(StatusCode.INVALID_ARGUMENT,",
    ),
    _camera(
        "wrong status: 404 for a camera that is not known to run",
        "camera_service.entrypoints.servicer",
        "status = self._observation.status(check_id(request.camera_id))",
        "self._cameras.get_entry(request.camera_id)\n"
        "        status = self._observation.status(check_id(request.camera_id))",
    ),
    _camera(
        "null for absent: active",
        _USE_CASES,
        "entries = self._cameras.entries()",
        'entries = [{**e, "active": e.get("active")} for e in self._cameras.entries()]',
    ),
    _camera(
        "null for 0: pid",
        "camera_service.entrypoints.encoding",
        '"pid": s.pid, "log"',
        '"pid": s.pid or None, "log"',
    ),
    _camera(
        "number for string: imgsz",
        _USE_CASES,
        "return dict(self._get(camera_id).entry)",
        "return {k: int(v) if isinstance(v, str) and v.isdigit() else v"
        " for k, v in self._get(camera_id).entry.items()}",
    ),
    _camera(
        "missing key: ok of a batch",
        "camera_service.entrypoints.encoding",
        '{"ok": True, "running": s.running,',
        '{"running": s.running,',
    ),
    _camera(
        "another order of keys",
        "camera_service.entrypoints.rest_servicer",
        "GetCameraResponse(body=json_body.write(entry))",
        "GetCameraResponse(body=json_body.write(dict(sorted(entry.items()))))",
    ),
    _camera(
        "off by one: lines of a log",
        _USE_CASES,
        "return self._read_log(camera_id, lines)",
        "return self._read_log(camera_id, lines + 1)",
    ),
    _camera(
        "lost auto_start",
        _MODEL,
        'return self.with_keys({"auto_start": auto_start})',
        "return self",
    ),
    _camera(
        "auto_start survives deactivation",
        _MODEL,
        '{"active": False, "auto_start": False}',
        '{"active": False}',
    ),
    _camera(
        "an inactive camera is started",
        _MODEL,
        "if not self.active:\n            raise CameraInactiveError.for_start()",
        "pass",
    ),
    _camera(
        "auto_start of an inactive camera",
        _MODEL,
        "if not self.active:\n            raise CameraInactiveError.for_auto_start()",
        "pass",
    ),
    _camera(
        "stale read after a write on the other path",
        "camera_service.adapters.database.cameras",
        "if version.signature != signature:",
        "if version.signature == (0, 0, 0):",
    ),
    _camera(
        "a filter that is ignored: active_only",
        _USE_CASES,
        'if Camera("", e).active] if active_only else entries',
        'if Camera("", e).active] if False else entries',
    ),
    _camera(
        "an update drops keys it does not know",
        _USE_CASES,
        "camera.updated(to_set(dict(camera.entry), changes), self._size)",
        "camera.updated({k: v for k, v in changes.items() if k in camera.entry}, self._size)",
    ),
    _camera(
        "an id is given twice",
        _USE_CASES,
        "if cameras.find(camera.camera_id):\n                raise CameraExistsError",
        "pass",
    ),
    _camera(
        "stop that does not stop",
        _USE_CASES,
        "if self._workers.is_known(camera_id):",
        "if not self._workers.is_known(camera_id):",
    ),
    _camera(
        "delete leaves the worker running",
        _USE_CASES,
        "to the worker either\n            worker.stop()",
        "to the worker either",
    ),
    _camera(
        "restart that does not stop",
        _USE_CASES,
        "worker.stop()\n            return worker.start(dict(camera.entry))",
        "return worker.start(dict(camera.entry))",
    ),
    _camera(
        "a batch leaves out whom it does not know",
        _USE_CASES,
        "for camera_id in wanted}",
        "for camera_id in wanted if self._cameras.find(camera_id)}",
    ),
    _camera(
        "another sentence of an error",
        "camera_service.domain.errors",
        'super().__init__("Camera not found")',
        'super().__init__("camera not found")',
    ),
    _camera(
        "a time with a zone",
        "servicekit.moments",
        "return datetime.fromtimestamp(unix, UTC).replace(tzinfo=None).isoformat()",
        "return datetime.fromtimestamp(unix, UTC).isoformat()",
    ),
    _camera(
        "a password in a log",
        "camera_service.shared_state.logs.tails",
        "[self._line(line) for line in found[1]]",
        "list(found[1])",
    ),
    _camera(
        "a form is taken for JSON",
        "servicekit.json_body",
        "if body.data and media_type and not _is_json(media_type):",
        "if False:",
    ),
    _camera(
        "an id that leaves its folder",
        "camera_service.domain.entry",
        'if camera_id in (".", "..") or any(c in "/\\\\" for c in camera_id) or not',
        "if not",
    ),
)
