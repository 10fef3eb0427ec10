"""TLS of the listener: Envoy takes its certificate from a file that it watches."""

import hashlib
from pathlib import Path
from typing import Any

import orjson

from gateway.envoy.http_filters import named, overwrite, watched
from gateway.envoy.topology import Topology
from gateway.envoy.type_urls import TYPE
from servicekit import atomic_file

Document = dict[str, Any]

# The certificate and its key, for Envoy alone: the data directory is its owner's.
CERTIFICATE = "certificate.json"
_NAME = "server"


def transport(topology: Topology, folder: Path) -> Document:
    """Return the transport of a filter chain: TLS, or nothing where there is none."""
    if topology.tls is None:
        return {}
    secret = {"name": _NAME, "sds_config": watched(folder / CERTIFICATE)}
    context = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [secret],
    }
    type_url = f"{TYPE}.transport_sockets.tls.v3.DownstreamTlsContext"
    return {
        "transport_socket": {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {"@type": type_url, "common_tls_context": context},
        }
    }


def strict_transport(topology: Topology) -> list[Document]:
    """Return the filter by which browsers come by TLS from now on; none unless it is asked for."""
    if topology.tls is None or not topology.tls.hsts_seconds:
        return []
    header = overwrite("strict-transport-security", f"max-age={topology.tls.hsts_seconds}")
    return [
        named(
            "header_mutation",
            f"{TYPE}.filters.http.header_mutation.v3.HeaderMutation",
            mutations={"response_mutations": [header]},
        )
    ]


def write_certificate(folder: Path, chain: bytes, key: bytes) -> str:
    """Let Envoy have a certificate and its key, both PEM; return the version. Atomic."""
    version = hashlib.sha256(chain + key).hexdigest()[:16]
    secret = {
        "@type": f"{TYPE}.transport_sockets.tls.v3.Secret",
        "name": _NAME,
        "tls_certificate": {
            "certificate_chain": {"inline_string": chain.decode()},
            "private_key": {"inline_string": key.decode()},
        },
    }
    document = {"version_info": version, "resources": [secret]}
    atomic_file.replace(folder / CERTIFICATE, orjson.dumps(document))
    return version
