"""Asks for a preview as the service does."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


def preview(
    source: str, entry: Mapping[str, Any] | None = None, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the process that takes one picture of a source; variables: of its environment."""
    job = {"camera_id": "gate", "source": source, "entry": entry or {}}
    return subprocess.run(
        [sys.executable, "-m", "camera_service.worker.preview"],
        input=json.dumps(job).encode() + b"\n",
        capture_output=True,
        timeout=20,
        env=os.environ | variables,
        check=False,
    )
