"""The wheel: what `pip install .` puts in place is whole, outside of a checkout."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import command_line
from tests.e2e.command_line import Up

ROOT = Path(__file__).parents[2]
# All that a source distribution holds; building writes beside it.
SOURCE = (
    *("pyproject.toml", "README.md", "LICENSE", "NOTICE"),
    *("camera_service", "alert_service", "gateway", "servicekit", "camplane_tools", "gen"),
)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(folder: Path) -> Path:
    """Build the wheel and install it; return the new environment's folder of programs.

    The packages that it needs are those of the tests, whose editable camplane is not
    among them: a path file of another environment is not followed.
    """
    source = folder / "source"
    source.mkdir()
    for name in SOURCE:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, source / name)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    alone = ("--quiet", "--no-deps", "--no-index")
    run(*pip, "wheel", *alone, "--no-build-isolation", "-w", folder, ".", cwd=source)
    shutil.rmtree(source)
    (wheel,) = folder.glob("camplane-*.whl")
    place = folder / "place"
    venv.create(place, with_pip=False, symlinks=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(place)})
    Path(packages, "needed.pth").write_text(sysconfig.get_path("purelib"))
    run(*pip, "--python", place / "bin" / "python", "install", *alone, wheel, cwd=folder)
    return place / "bin"


def test_what_is_installed_runs_shows_its_pages_and_does_as_documented(
    tmp_path: Path, up: Callable[..., Up], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = installed(tmp_path)
    monkeypatch.setattr(command_line, "CAMPLANE", str(programs / "camplane"))
    ask = (
        "import camplane, camplane_tools as tools, gateway\n"
        "print(camplane.__file__, tools.__file__, gateway.__file__)"
    )
    imported = run(programs / "python", "-c", ask, cwd=tmp_path)
    assert all(str(programs.parent) in path for path in imported.split()), imported
    assert run(programs / "camplane", "--version", cwd=tmp_path) == "camplane 0.1.0\n"
    started = up()
    for path in ("/ui", "/ui/main.js", "/ui/api.html"):
        assert started.http.get(path).status_code == 200
    assert started.ask("GET", "/api/openapi.json")["info"]["title"]
    assert "49 of 49 operations as documented" in started.camplane("verify")
    for tool in ("compare", "probe", "record"):
        assert "Not installed" not in run(programs / "camplane", tool, "--help", cwd=tmp_path)
    assert not list(programs.parent.rglob("camplane_tools/chaos"))
    for name in ("LICENSE", "NOTICE"):
        assert any(programs.parent.rglob(f"camplane-*.dist-info/licenses/{name}"))
