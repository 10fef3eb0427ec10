"""TLS of the listener: Envoy takes its certificate from a file that it watches."""

from pathlib import Path
from typing import Any

from gateway.proxy.http_filters import named, overwrite
from gateway.proxy.secret_files import secret_file, write_secret
from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE

Document = dict[str, Any]

# The certificate and its key.
_CERTIFICATE = "certificate"
# The authorities that vouch for certificates of clients.
_CLIENT_CA = "client-ca"


def transport(topology: Topology, folder: Path) -> Document:
    """Return the transport of a filter chain: TLS, or nothing where there is none."""
    if topology.tls is None:
        return {}
    context: Document = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [secret_file(folder, _CERTIFICATE)],
    }
    if topology.tls.client_ca:
        # Also where none is required, one that nobody vouches for ends the connection.
        context["validation_context_sds_secret_config"] = secret_file(folder, _CLIENT_CA)
    type_url = f"{TYPE}.transport_sockets.tls.v3.DownstreamTlsContext"
    return {
        "transport_socket": {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": type_url,
                "common_tls_context": context,
                "require_client_certificate": topology.tls.require_client,
            },
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


def write_client_ca(folder: Path, authorities: bytes) -> None:
    """Let Envoy have the authorities that vouch for clients, PEM. Atomic."""
    write_secret(folder, _CLIENT_CA, "validation_context", trusted_ca=authorities.decode())
