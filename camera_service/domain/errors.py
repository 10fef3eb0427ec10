"""What this context refuses, in its own words: raised where it is known, by either implementation.

How each is answered over gRPC and REST stands in `error_table.py`.
"""


class CameraError(Exception):
    """Base of all refusals of this context; the text is for the caller to read."""


class InvalidArgumentError(CameraError):
    """The request itself is wrong; the text names the field and what it takes."""


class CameraNotFoundError(CameraError):
    """No camera of this id is configured."""

    def __init__(self) -> None:
        super().__init__("Camera not found")


class CameraNotConfiguredError(CameraError):
    """Start or restart of a camera that is not configured."""

    def __init__(self, camera_id: str) -> None:
        super().__init__(f"Camera with id '{camera_id}' not found in the configuration.")


class CameraExistsError(CameraError):
    """The id of a new camera is taken."""

    def __init__(self) -> None:
        super().__init__("Camera id already exists")


class CameraInactiveError(CameraError):
    """The camera must be activated first."""

    @classmethod
    def for_start(cls) -> "CameraInactiveError":
        return cls("摄像头未激活，请先激活后再启动")

    @classmethod
    def for_auto_start(cls) -> "CameraInactiveError":
        return cls("摄像头未激活，无法设置自动启动")


class EntryUnusableError(CameraError):
    """The camera's entry holds something no worker can be started with."""


class SourceEmptyError(CameraError):
    """The camera has no source to read."""

    def __init__(self) -> None:
        super().__init__("Camera source is empty")


class SourceUnreadableError(CameraError):
    """The source could not be opened, or gave no frame.

    why: a sentence more; the message is the monolith's, which clients know.
    """

    def __init__(self, message: str, why: str = "") -> None:
        super().__init__(message)
        self.why = why

    @classmethod
    def not_opened(cls, why: str = "") -> "SourceUnreadableError":
        return cls("Failed to open camera source", why)

    @classmethod
    def no_frame(cls) -> "SourceUnreadableError":
        return cls("Failed to read frame")


class LogUnreadableError(CameraError):
    """What stands in the place of the camera's log cannot be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} cannot be read: {why}. Move away what is not the camera's log")


class PreviewsBusyError(CameraError):
    """As many previews are being taken as may be; the sources of those may hang."""

    def __init__(self) -> None:
        super().__init__("Too many previews are being taken; ask again in a few seconds")


class ConfigurationUnreadableError(CameraError):
    """cameras.yaml cannot be used as it stands; nobody writes to it until it can."""


class StorageFailedError(CameraError):
    """A file could not be written; nothing was changed."""


class WorkerNotStartedError(CameraError):
    """The worker's command cannot be executed."""


class WorkerNotStoppedError(CameraError):
    """The worker outlived SIGKILL."""


class RepairRefusedError(CameraError):
    """A repair, or its undoing, may not be done now; nothing was changed."""


class BackupNotFoundError(CameraError):
    """There is no such backup of a repair."""


class RevisionCompactedError(CameraError):
    """The watch cannot be resumed that far back."""


class NoDatabaseError(CameraError):
    """This implementation keeps no database to compare."""

    def __init__(self) -> None:
        super().__init__(
            "the legacy implementation keeps no database; ask the domain implementation"
        )
