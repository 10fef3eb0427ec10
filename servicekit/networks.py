"""Which addresses may be connected to, by networks that are allowed and denied.

An address has many spellings (`2852039166`, `0xa9fea9fe`, `::ffff:169.254.169.254`). So what
is read here is what the resolver makes of a text, and an address within another counts as both.
"""

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Where clouds offer a machine its own keys, to whoever asks from it: link-local addresses, and
# the two that are others. No camera and no receiver of webhooks is there.
DEFAULT_DENY = ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254", "100.100.100.200")

# This machine itself: what listens there trusts who is on it, and asks nobody for a password.
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.ip_network("::/96")


class NotAllowedHostError(Exception):
    """An address is not to be connected to; the text names it and the setting."""


@dataclass(frozen=True)
class Networks:
    """A rule: what is denied is not connected to; where anything is allowed, nothing else is.

    setting: what of camplane.yaml says so, for messages. loopback: may this machine itself be
    connected to, if the lists let it? It may, too, where `allow` names it.
    """

    setting: str
    deny: tuple[Network, ...]
    allow: tuple[Network, ...] = ()
    loopback: bool = False

    @classmethod
    def parse(
        cls,
        setting: str,
        allow: str = "",
        deny: str = ",".join(DEFAULT_DENY),
        loopback: bool = False,
    ) -> "Networks":
        """Read networks with commas between; ValueError when one is none."""
        return cls(setting, _networks(deny), _networks(allow), loopback)

    def check_host(self, host: str) -> None:
        """Raise NotAllowedHostError when `host` is an address that is not to be connected to.

        A name passes, localhost apart: what it means is known when it is connected to.
        """
        for address in literal_addresses(host):
            self.check(address)

    def check(self, address: Address) -> None:
        """Raise NotAllowedHostError when `address` is not to be connected to."""
        forms = list(_forms(address))
        inside = [form for form in forms if _is_in(form, LOOPBACK)]
        if inside and not self.loopback and not any(_is_in(form, self.allow) for form in inside):
            raise NotAllowedHostError(
                f"{address} is this machine itself, which is not to be connected to; "
                f"`{self.setting}.loopback: true` in camplane.yaml allows it"
            )
        denied = any(_is_in(form, self.deny) for form in forms)
        if denied or (self.allow and not any(_is_in(form, self.allow) for form in forms)):
            raise NotAllowedHostError(
                f"{address} is not to be connected to; {self.setting} in camplane.yaml says what is"
            )

    def resolve(self, host: str, port: int) -> list[Address]:
        """Return the addresses of `host` now, all of them allowed. Blocks.

        Raises: NotAllowedHostError for the first that is not; OSError when there are none.
        """
        found = [read_address(str(info[4][0])) for info in socket.getaddrinfo(host, port)]
        for address in found:
            self.check(address)
        return list(dict.fromkeys(found))


def read_address(text: str) -> Address:
    """Return an address from how the system writes it, `fe80::1%eth0` without its interface."""
    return ipaddress.ip_address(text.partition("%")[0])


def literal_addresses(host: str) -> list[Address]:
    """Return the addresses that `host` spells without being looked up; none for a name."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return [ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1")]
    try:
        found = socket.getaddrinfo(name, None, flags=socket.AI_NUMERICHOST) if name else []
    except (OSError, ValueError):  # a name, or no host at all
        return []
    return [read_address(str(info[4][0])) for info in found]


def _networks(text: str) -> tuple[Network, ...]:
    names = [name.strip() for name in text.split(",")]
    return tuple(ipaddress.ip_network(name) for name in names if name)


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _forms(address: Address) -> Iterator[Address]:
    """Yield an address, and those that a packet to it may reach."""
    yield address
    if address.is_unspecified:  # who connects to it reaches this machine
        yield ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64 or (address in _IPV4_COMPATIBLE and int(address) > 1):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            yield from _forms(inner)
