"""The clusters by which Envoy asks OIDC providers: for their keys, and for tokens at a login."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.proxy.authentication import key_servers
from gateway.proxy.oidc_login import token_server
from gateway.proxy.topology import Access
from gateway.proxy.type_urls import TYPE

Cluster = dict[str, Any]

# Where Debian, and those who follow it, keep the authorities that the machine trusts; and others.
_AUTHORITIES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
)


def provider_clusters(access: Access) -> list[Cluster]:
    """Return a cluster for each URL that Envoy asks a provider at."""
    asked = {**key_servers(access), **token_server(access)}
    return [_cluster(name, url) for name, url in asked.items()]


def _cluster(name: str, url: str) -> Cluster:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    address = {"address": host, "port_value": parts.port or (443 if secure else 80)}
    endpoint = {"endpoint": {"address": {"socket_address": address}}}
    return {
        "name": name,
        # A name may mean several addresses, not all of which answer: one after the other is tried.
        "type": "LOGICAL_DNS",
        "dns_lookup_family": "ALL",
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
