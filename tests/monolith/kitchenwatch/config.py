"""Settings, from the environment."""

import os
import secrets
import shlex
import sys
from pathlib import Path

VERSION = "3.8.2"

# The server works in the folder that it is started in.
ROOT = Path.cwd()
CAMERAS_FILE = ROOT / "config" / "cameras.yaml"
LOG_DIR = ROOT / "logs"
PID_DIR = LOG_DIR / "pids"
MEDIA_DIR = ROOT / "media"
STATIC_DIR = Path(__file__).with_name("static")
DETECTOR = Path(__file__).parents[1] / "detector.py"


def flag(name: str, default: str = "false") -> bool:
    return os.environ.get(name, default).strip().lower() in ("1", "true", "yes", "on")


class Settings:
    """Read once, when the application is made."""

    def __init__(self) -> None:
        self.database_url = os.environ.get(
            "DATABASE_URL", "postgresql://kitchenwatch@localhost/kitchenwatch"
        )
        # Older installations have timestamps without a time zone, newer ones with.
        self.timestamps_with_zone = flag("TIMESTAMPS_WITH_ZONE")
        self.redis_url = os.environ.get("REDIS_URL", "")
        self.detector_command = shlex.split(
            os.environ.get("DETECTOR_COMMAND", f"{shlex.quote(sys.executable)} {DETECTOR}")
        )
        self.stop_timeout = float(os.environ.get("DETECTOR_STOP_TIMEOUT", "5"))
        self.auto_start = flag("CAMERA_AUTO_START", "true")
        # The rewrite of the camera part: off, or on for so many percent of the requests.
        self.use_domain_service = flag("USE_DOMAIN_SERVICE")
        self.rollout_percent = int(os.environ.get("ROLLOUT_PERCENT", "100"))
        # Without one that is set, a login is known to the worker that gave it alone.
        self.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex(32)

    @property
    def async_database_url(self) -> str:
        return self.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)


settings = Settings()
