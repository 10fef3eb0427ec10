"""Contracts to code: `python -m protos.build write|lint|check|accept`.

write   generate gen/ (Python, .pyi, Envoy's descriptor set, OpenAPI), docs/openapi.yaml
        and the table in docs/security.md from protos/
lint    buf lint, and a role for each RPC
check   fail when one of them is stale or a contract breaks its clients (buf breaking,
        WIRE_JSON, against protos/accepted.binpb)
accept  make the contracts as they stand the ones that must not be broken
"""

import filecmp
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from protos.openapi import overlay
from protos.openapi.contract import Contracts
from protos.openapi.document import document, read
from protos.openapi.roles import table
from protos.openapi.text import as_json, as_yaml

ROOT = Path(__file__).parent.parent
PROTOS = ROOT / "protos"
GEN = ROOT / "gen"
OPENAPI = ROOT / "docs" / "openapi.yaml"
SECURITY = ROOT / "docs" / "security.md"
# What stands between them there is written by us.
BEGIN, END = "<!-- roles: written by `make protos` -->\n", "<!-- end of roles -->\n"
_PACKAGE = (
    '"""The contracts as code, Envoy\'s descriptors and the OpenAPI document: all generated."""\n'
)
ACCEPTED = PROTOS / "accepted.binpb"
# buf wants the imported google/api/*.proto inside its workspace.
BUF_IMPORTS = ROOT / ".build" / "googleapis"
# A third party's contract, which we serve: it is none of our API, so it is neither
# transcoded nor described, and nobody but that party may change it.
FOREIGN = PROTOS / "camplane" / "ext_proc"
# Types that travel only inside google.rpc.Status; Envoy needs them to print errors.
ERROR_TYPES = "google/rpc/error_details.proto"


def googleapis() -> Path:
    """Return the folder of the installed googleapis-common-protos that holds google/."""
    return Path(str(distribution("googleapis-common-protos").locate_file("")))


def generate(into: Path) -> tuple[str, str]:
    """Write gen/ into the folder `into`; return the OpenAPI document as YAML, and security.md."""
    from grpc_tools import protoc

    # Beside the code, so that they are installed with it.
    package = into / "camplane"
    package.mkdir()
    (package / "__init__.py").write_text(_PACKAGE, "utf-8")
    found = sorted(PROTOS.rglob("*.proto"))
    files = [str(path.relative_to(PROTOS)) for path in found]
    own = [str(path.relative_to(PROTOS)) for path in found if FOREIGN not in path.parents]
    well_known = Path(protoc.__file__).parent / "_proto"
    include = [f"-I{PROTOS}", f"-I{googleapis()}", f"-I{well_known}"]
    python = [f"--{kind}_out={into}" for kind in ("python", "grpc_python", "pyi")]
    descriptors = ["--include_imports", f"--descriptor_set_out={package / 'descriptors.binpb'}"]
    with tempfile.TemporaryDirectory() as folder:
        commented = Path(folder) / "commented.binpb"
        comments = ["--include_imports", "--include_source_info"]
        comments.append(f"--descriptor_set_out={commented}")
        for arguments in (
            [*python, *files],
            [*descriptors, *own, ERROR_TYPES],
            [*comments, *own],
        ):
            if protoc.main(["protoc", *include, *arguments]) != 0:
                sys.exit("error: protoc refused the contracts; its message stands above")
        contracts = contracts_of(commented)
    openapi = described(contracts)
    (package / "openapi.json").write_text(as_json(openapi), "utf-8")
    return as_yaml(openapi), with_roles(SECURITY.read_text("utf-8"), contracts)


def with_roles(text: str, contracts: Contracts) -> str:
    """Return security.md with the table of roles as the contracts have it."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"error: {SECURITY} has no place for the table of roles")
    return before + begin + "\n" + table(contracts) + "\n" + end + after


def contracts_of(commented: Path) -> Contracts:
    """Return the contracts of a descriptor set that holds the comments."""
    try:
        return read(FileDescriptorSet.FromString(commented.read_bytes()))
    except ValueError as error:
        sys.exit(f"error: {error}")


def described(contracts: Contracts) -> dict[str, Any]:
    """Return the OpenAPI document of the contracts."""
    try:
        return document(contracts, overlay.FILE.read_text("utf-8"))
    except ValueError as error:
        sys.exit(f"error: the contracts cannot be described: {error}")


def write() -> None:
    """Replace gen/, docs/openapi.yaml and the table in docs/security.md."""
    for old in GEN.iterdir() if GEN.exists() else ():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    GEN.mkdir(exist_ok=True)
    openapi, security = generate(GEN)
    OPENAPI.write_text(openapi, "utf-8")
    SECURITY.write_text(security, "utf-8")


def lint() -> None:
    """Run buf lint, and look for RPCs without a role."""
    buf("lint")
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))


def check() -> None:
    """Fail when gen/ or docs/openapi.yaml is stale, or a contract is broken."""
    with tempfile.TemporaryDirectory() as folder:
        openapi, security = generate(Path(folder))
        if differs(filecmp.dircmp(folder, GEN, ignore=["__pycache__"])):
            sys.exit("error: gen/ is stale; run `make protos` and commit what it writes")
        if not OPENAPI.exists() or OPENAPI.read_text("utf-8") != openapi:
            sys.exit("error: docs/openapi.yaml is stale; run `make protos` and commit it")
        if SECURITY.read_text("utf-8") != security:
            sys.exit("error: docs/security.md is stale; run `make protos` and commit it")
    buf("breaking", "protos", "--against", str(ACCEPTED))


def accept() -> None:
    """Write the image that `check` compares against."""
    buf("build", "protos", "--exclude-source-info", "-o", str(ACCEPTED))


def differs(comparison: filecmp.dircmp) -> bool:  # type: ignore[type-arg]
    """Is there any difference between the two folders?"""
    _, mismatch, errors = filecmp.cmpfiles(
        comparison.left, comparison.right, comparison.common_files, shallow=False
    )
    here = comparison.left_only + comparison.right_only + mismatch + errors
    return bool(here) or any(differs(sub) for sub in comparison.subdirs.values())


def buf(*arguments: str) -> None:
    """Run buf in the workspace, its imports laid out; exits when it finds fault."""
    for name in ("annotations", "http", "httpbody"):
        target = BUF_IMPORTS / "google" / "api" / f"{name}.proto"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(googleapis() / "google" / "api" / f"{name}.proto", target)
    program = shutil.which("buf", path=str(Path(sys.executable).parent)) or "buf"
    if subprocess.run([program, *arguments], cwd=ROOT, check=False).returncode != 0:
        sys.exit(f"error: buf {arguments[0]} found fault; its message stands above")


if __name__ == "__main__":
    {"write": write, "lint": lint, "check": check, "accept": accept}[sys.argv[1]]()
