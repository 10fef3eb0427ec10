"""Any bytes as cameras.yaml or as a configuration: read or refused in words, never a crash."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from camera_service.domain.errors import ConfigurationUnreadableError
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from gateway.launcher.cameras_file import CamerasFileError, check
from gateway.launcher.configuration import (
    Configuration,
    ConfigurationError,
    parse_configuration,
    read_configuration,
)
from servicekit import json_body, strict_yaml

TAGS = ["!!bool", "!!int", "!!float", "!!timestamp", "!!binary", "!!set", "!!omap", "!!null", "!x"]
PARTS = st.sampled_from(
    [
        *("cameras:", "id:", "- ", "? ", ": ", "{", "}", "[", "]", ", ", "\n", "  ", "\t", "&a "),
        *("*a", "<<: *a", "|\n", ">-\n", "---\n", "...\n", "# c\n", "'", '"', "\\x", "0x1F", "é"),
        *("1:30", ".nan", "2026-13-45", "12345", "\u2028", "\ufeff", "%YAML 1.1\n"),
        *(tag + " " for tag in TAGS),
    ]
)
YAMLISH = st.lists(PARTS | st.text(max_size=3), max_size=25).map("".join)
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
LADDER = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))
# What once ended the process, ran for ever, or raised what nobody expected.
HOSTILE = [
    *("[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 50_000, BOMB, LADDER),
    *("".join(" " * level + "a:\n" for level in range(200)), "cameras: [&a {id: x, y: *a}]"),
    *("cameras: !!bool x", "cameras: !!int ''", "cameras: !!timestamp x", "when: 2026-13-45"),
    *(f"n: 0x{'f' * 5000}", f"n: {'9' * 5000}", f"n: {'1:' * 5000}1", "- &a [1]\n- &a [*a]"),
    *("\ufeffcameras: []", "cameras: []\n---\ncameras: []", "a: !!python/object:os.system x"),
]


def with_hostile(test: Any) -> Any:
    """Give a test of bytes the texts of HOSTILE first."""
    for text in HOSTILE:
        test = example(text.encode())(test)
    return test


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yaml") / "cameras.yaml"


@with_hostile
@given(st.binary(max_size=60) | YAMLISH.map(str.encode))
def test_any_bytes_are_a_cameras_yaml_or_refused_in_words(path: Path, data: bytes) -> None:
    """What is read can be printed as JSON; what is not is named with its line, not quoted."""
    path.write_bytes(data)
    os.utime(path, (0, 0))  # long ago: nobody is in the middle of writing it
    try:
        entries = CamerasYaml(path).read().entries()
    except ConfigurationUnreadableError as error:
        assert str(path) in str(error)
        return
    assert json_body.loads(json_body.dumps(entries)) == entries


@with_hostile
@given(st.binary(max_size=60) | YAMLISH.map(str.encode))
def test_any_bytes_can_be_named_as_a_file_to_begin_with(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        check(path)
    except CamerasFileError as error:
        assert str(path) in str(error)
    else:
        assert data.strip() == b"" or isinstance(strict_yaml.load(data.decode()), dict)


@with_hostile
@given(st.binary(max_size=60) | YAMLISH.map(str.encode))
def test_any_bytes_are_a_configuration_or_refused_in_words(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        assert isinstance(read_configuration(path), Configuration)
    except ConfigurationError as error:
        assert str(error)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
SECTIONS = {
    "legacy": ["http"],
    "cameras": ["file"],
    "worker": ["command"],
    "databases": ["camera", "alert"],
    "telemetry": ["otlp_endpoint"],
    "gateway": ["cors_origins", "limits"],
}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            section: VALUES
            | st.fixed_dictionaries({}, optional=dict.fromkeys([*keys, "other"], VALUES))
            for section, keys in SECTIONS.items()
        },
    )
    | VALUES
)
def test_any_values_are_a_configuration_or_refused_in_words(data: Any) -> None:
    try:
        assert isinstance(parse_configuration(data, Path("/folder")), Configuration)
    except ConfigurationError as error:
        assert str(error)


@given(YAMLISH)
def test_what_the_quick_look_lets_pass_is_neither_deep_nor_repeated(text: str) -> None:
    """The full count, always made, refuses nothing that the quick look has let pass."""
    try:
        meant = yaml.load(text, Loader=yaml.CSafeLoader)
    except Exception:
        return
    try:
        assert repr(strict_yaml.load(text)) == repr(meant)
    except yaml.YAMLError as error:
        assert any(why in str(error) for why in ("alias", "too", "as well"))


@given(st.integers(1, 150), st.sampled_from(["[", "{a: ", "- ", "a:\n", "- a:\n"]))
def test_nesting_is_refused_beyond_the_limit_in_every_style(levels: int, opening: str) -> None:
    if "\n" in opening:
        text = "".join(" " * (2 * level) + opening for level in range(levels))
        depth = levels * (2 if opening.startswith("-") else 1)
    else:
        closing = {"[": "]", "{a: ": "}"}.get(opening, "")
        text, depth = opening * levels + closing * levels, levels
    if depth > strict_yaml.MAX_DEPTH:
        with pytest.raises(yaml.YAMLError, match="too deeply"):
            strict_yaml.load(text)
    else:
        assert strict_yaml.load(text) is not None


def test_a_file_that_nests_deeply_does_not_end_the_process_that_reads_it() -> None:
    """In a process of its own, because it once ended there."""
    program = (
        "import yaml, sys; from servicekit import strict_yaml\n"
        "for text in '[' * 200000, '{a: ' * 200000, '- ' * 200000:\n"
        "    try: strict_yaml.load(text)\n"
        "    except yaml.YAMLError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "refused\n" * 3)
