"""TLS of the listener: Envoy takes its certificate from a file that it watches."""

from pathlib import Path
from typing import Any

from gateway.envoy.http_filters import named, overwrite
from gateway.envoy.secret_files import secret_file, write_secret
from gateway.envoy.topology import Topology
from gateway.envoy.type_urls import TYPE

Document = dict[str, Any]

# The certificate and its key.
_CERTIFICATE = "certificate"


def transport(topology: Topology, folder: Path) -> Document:
    """Return the transport of a filter chain: TLS, or nothing where there is none."""
    if topology.tls is None:
        return {}
    context = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [secret_file(folder, _CERTIFICATE)],
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


def write_certificate(folder: Path, chain: bytes, key: bytes) -> None:
    """Let Envoy have a certificate and its key, both PEM. Atomic."""
    texts = {"certificate_chain": chain.decode(), "private_key": key.decode()}
    write_secret(folder, _CERTIFICATE, "tls_certificate", **texts)
