"""Which addresses may be connected to, however they are spelled."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.networks import Networks, NotAllowedHostError, literal_addresses

LINK_LOCAL = ipaddress.ip_network("169.254.0.0/16")


def _spellings(address: ipaddress.IPv4Address) -> st.SearchStrategy[str]:
    """Write an IPv4 address in the ways that resolvers read."""
    number = int(address)
    parts = [str(part) for part in address.packed]
    mixed = st.tuples(
        *(st.sampled_from((part, hex(int(part)), f"0{int(part):o}")) for part in parts)
    ).map(".".join)
    short = (f"{parts[0]}.{number & 0xFFFFFF}", f"{parts[0]}.{parts[1]}.{number & 0xFFFF}")
    within = (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}")
    six_to_four = f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"
    return st.one_of(
        mixed,
        st.sampled_from(
            (str(address), f"{address}.", str(number), hex(number), *short, *within, six_to_four)
        ),
    )


@given(st.ip_addresses(v=4, network=str(LINK_LOCAL)).flatmap(_spellings))
def test_a_denied_address_is_denied_in_every_spelling(host: str) -> None:
    """Decimal, hexadecimal, octal, short and IPv6 forms of it are the same address."""
    with pytest.raises(NotAllowedHostError, match=r"x\.networks in camplane\.yaml"):
        Networks.parse("x.networks").check_host(host)


@given(st.ip_addresses(v=4).filter(lambda one: one not in LINK_LOCAL).flatmap(_spellings))
def test_an_address_that_nobody_denied_is_allowed_in_every_spelling(host: str) -> None:
    """Of IPv4 the lists deny link-local addresses, and one of a cloud, alone."""
    networks = Networks.parse("x.networks", loopback=True)
    if "100.100.100.200" not in map(str, literal_addresses(host)):
        networks.check_host(host)


@given(st.text())
def test_any_text_at_all_is_a_host_or_none(host: str) -> None:
    """What is no address passes here, and is found out when it is connected to: no fault."""
    for address in literal_addresses(host):
        assert address.version in (4, 6)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "127.1", "0", "::", "::1"]
)
def test_this_machine_is_denied_by_all_its_names(host: str) -> None:
    """Localhost is loopback, and so is the address that stands for any of ours."""
    with pytest.raises(NotAllowedHostError, match=r"`x\.loopback: true` in camplane\.yaml"):
        Networks.parse("x").check_host(host)
    Networks.parse("x", loopback=True).check_host(host)
    with pytest.raises(NotAllowedHostError):
        Networks.parse("x", deny="127.0.0.0/8,::1", loopback=True).check_host(host)


def test_this_machine_is_allowed_where_a_list_names_it() -> None:
    """Who allows 127.0.0.1 means it; what is around it is not allowed by that."""
    networks = Networks.parse("x", allow="127.0.0.1, 10.0.0.0/8")
    networks.check_host("127.0.0.1")
    for host in ("127.0.0.2", "::1"):
        with pytest.raises(NotAllowedHostError):
            networks.check_host(host)


def test_what_is_allowed_leaves_all_else_out_and_denial_goes_first() -> None:
    """A list of allowed networks is the only one; what is denied within is denied."""
    networks = Networks.parse("x", allow="10.0.0.0/8, fd00::/8", deny="10.0.0.1")
    networks.check_host("10.9.9.9")
    networks.check_host("fd00::1")
    networks.check_host("a.name.is.looked.up.later")
    for host in ("10.0.0.1", "192.168.0.1", "::1"):
        with pytest.raises(NotAllowedHostError):
            networks.check_host(host)


def test_nothing_denied_is_a_comma_alone() -> None:
    """An operator with cameras at link-local addresses takes the default away."""
    Networks.parse("x", deny=",").check_host("169.254.3.4")
    Networks.parse("x", deny=",").check_host("fe80::1%1")


def test_a_slip_in_a_network_is_said() -> None:
    """A network with bits of a host is no network."""
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        Networks.parse("x", allow="10.0.0.1/8")


def test_a_name_is_what_the_resolver_says_now() -> None:
    """The addresses of a name are checked when it is resolved."""
    found = Networks.parse("x", loopback=True).resolve("localhost", 80)
    assert ipaddress.ip_address("127.0.0.1") in found
    with pytest.raises(NotAllowedHostError):
        Networks.parse("x").resolve("localhost", 80)
