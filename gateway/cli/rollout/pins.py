"""`camplane rollout pin|unpin|pins|explain`: single cameras, and which way they go."""

from typing import Annotated
from urllib.parse import quote

import typer

from gateway.cli.output import console, fail, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Url
from gateway.cli.rollout.client import Author, Context, Reason, Rollouts, who_and_why
from gateway.cli.rollout.views import placement
from gateway.vocabulary.routing import check_pin

CameraId = Annotated[str, typer.Argument(metavar="CAMERA", help="The camera's id.")]


def pin(
    camera_id: CameraId,
    path: Annotated[
        str, typer.Option("--path", help="Where its requests shall go: legacy or domain.")
    ],
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Send a camera's requests to one path, whatever the weight. It need not exist yet."""
    try:
        check_pin(camera_id, path)
    except ValueError as error:
        fail(str(error), 2)
    rollouts = Rollouts(data, url)
    body = {"path": path, **who_and_why(author, reason)}
    _show(rollouts, rollouts.ask("PUT", _pin_of(camera_id), body), as_json)


def unpin(
    camera_id: CameraId,
    author: Author = "",
    reason: Reason = "",
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
    url: Url = "",
) -> None:
    """Let the weight decide again where a camera's requests go."""
    rollouts = Rollouts(data, url)
    query = who_and_why(author, reason)
    _show(rollouts, rollouts.ask("DELETE", _pin_of(camera_id), query=query), as_json)


def pins(as_json: AsJson = False, data: Data = DEFAULT_DATA, url: Url = "") -> None:
    """List the cameras that are pinned."""
    (cameras,) = Rollouts(data, url).state((Context.CAMERA,))["rollouts"]
    if as_json:
        print_json({"pins": cameras["pins"]})
        return
    print_table(("camera", "path"), sorted(cameras["pins"].items()), empty="no camera is pinned")


def explain(
    camera_id: CameraId, as_json: AsJson = False, data: Data = DEFAULT_DATA, url: Url = ""
) -> None:
    """Say where a camera's requests go, why, and with which step that changes."""
    rollouts = Rollouts(data, url)
    _show(rollouts, rollouts.ask("GET", f"/placements/{_quoted(camera_id)}"), as_json)


def _show(rollouts: Rollouts, answer: dict[str, dict[str, object]], as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    (cameras,) = rollouts.state((Context.CAMERA,))["rollouts"]
    console.print(placement(answer["placement"], cameras), soft_wrap=True)


def _pin_of(camera_id: str) -> str:
    return f"/pins/{_quoted(camera_id)}"


def _quoted(camera_id: str) -> str:
    # Bytes that are no UTF-8 are for the gateway to refuse.
    return quote(camera_id, safe="", errors="surrogateescape")
