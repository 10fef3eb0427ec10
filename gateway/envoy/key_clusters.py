"""The clusters that an OIDC provider's keys are fetched from."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.envoy.authentication import key_servers
from gateway.envoy.topology import Access
from gateway.envoy.type_urls import TYPE

Cluster = dict[str, Any]

# Where Debian, and those who follow it, keep the authorities that the machine trusts; and others.
_AUTHORITIES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
)


def key_clusters(access: Access) -> list[Cluster]:
    """Return a cluster for each provider whose keys are at a URL."""
    return [_cluster(name, url) for name, url in key_servers(access).items()]


def _cluster(name: str, url: str) -> Cluster:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    address = {"address": host, "port_value": parts.port or (443 if secure else 80)}
    endpoint = {"endpoint": {"address": {"socket_address": address}}}
    return {
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "2s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
        **({"transport_socket": _tls(host)} if secure else {}),
    }


def _tls(host: str) -> dict[str, Any]:
    """Speak TLS to a host that proves its name by an authority that the machine trusts."""
    authorities = next((file for file in _AUTHORITIES if file.is_file()), _AUTHORITIES[0])
    name = {"san_type": "DNS", "matcher": {"exact": host, "ignore_case": True}}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": f"{TYPE}.transport_sockets.tls.v3.UpstreamTlsContext",
            "sni": host,
            "common_tls_context": {
                "validation_context": {
                    "trusted_ca": {"filename": str(authorities)},
                    "match_typed_subject_alt_names": [name],
                }
            },
        },
    }
