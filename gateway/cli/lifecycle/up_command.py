"""`camplane up`, as it is asked for. What it does takes a while to import: not for a help text."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway.cli.rest import DEFAULT_DATA, Data


def up(
    data: Data = DEFAULT_DATA,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The gateway's port; 0 finds a free one.")
    ] = 8080,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    insecure: Annotated[
        bool,
        typer.Option(
            "--insecure", help="Let others reach a gateway that asks nobody who they are."
        ),
    ] = False,
    tls: Annotated[
        Literal["self-signed"] | None,
        typer.Option(
            help="TLS by a certificate that is made for a first look; of your own: gateway.tls "
            "in --config."
        ),
    ] = None,
    cameras: Annotated[
        Path | None, typer.Option(help="Begin with a copy of this cameras.yaml.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A file of settings, see docs/configuration.md.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Bring cameras on real footage.")] = False,
) -> None:
    """Run everything: both contexts, both implementations, Envoy. Ctrl-C stops it.

    The split begins as USE_DOMAIN_SERVICE and ROLLOUT_PERCENT say (also
    …_CAMERA and …_ALERT); without them everything goes to legacy. A rollout
    goes on where it was.
    """
    from gateway.cli.lifecycle.up import bring_up

    bring_up(data, port, host, insecure, tls is not None, cameras, config, demo)
