"""`gateway.tls`: from what stands in the file to what Envoy is told."""

from pathlib import Path
from typing import Any

from gateway.proxy.topology import Tls

_KEYS = ("certificate", "key", "hsts_seconds", "client_ca", "require_client")
_LONGEST = 10 * 366 * 24 * 3600


def parse_tls(value: Any, folder: Path) -> Tls:
    """Return where the certificate is; ValueError with what is wrong. Paths are from `folder` on.

    Whether the files can be used is seen at the start.
    """
    if not isinstance(value, dict) or not value.keys() <= set(_KEYS):
        raise ValueError(f"give a mapping of {', '.join(_KEYS)}")
    files = [value.get(key) for key in ("certificate", "key")]
    if not all(isinstance(one, str) and one for one in files):
        raise ValueError("give the files of the certificate and of its key")
    hsts = value.get("hsts_seconds", 0)
    if not isinstance(hsts, int) or isinstance(hsts, bool) or not 0 <= hsts <= _LONGEST:
        raise ValueError(f"hsts_seconds: give whole seconds, 0 to {_LONGEST}")
    authorities, required = value.get("client_ca", ""), value.get("require_client", False)
    if not isinstance(authorities, str) or not isinstance(required, bool):
        raise ValueError("client_ca: give a file; require_client: true or false")
    if required and not authorities:
        raise ValueError("require_client needs client_ca, which says who vouches for clients")
    certificate, key = (str((folder / str(one)).absolute()) for one in files)
    client_ca = str((folder / authorities).absolute()) if authorities else ""
    return Tls(certificate, key, hsts, client_ca, required)
