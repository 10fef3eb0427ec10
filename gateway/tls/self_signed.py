"""A certificate that nobody vouches for, made for a first look."""

import datetime
import ipaddress
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.tls.pair import CertificateError, read_pair
from servicekit import atomic_file

_DAYS = 90
# It is made anew by the first start within so many days of its end.
_LEFT_DAYS = 30
_LOCAL = ("localhost", "127.0.0.1", "::1")


def self_signed(folder: Path, hosts: Sequence[str]) -> tuple[Path, Path]:
    """Return the files of a certificate for these hosts and this machine's names, and of its key.

    Those of an earlier start, as long as they hold for all of the hosts. Blocks.
    """
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = list(dict.fromkeys((*_LOCAL, socket.gethostname(), *hosts)))
    if not _will_do(certificate, key, names):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(certificate, key, names)
    return certificate, key


def _will_do(certificate: Path, key: Path, names: Sequence[str]) -> bool:
    try:
        pair = read_pair(certificate, key)
        said = pair.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (CertificateError, x509.ExtensionNotFound):
        return False
    left = pair.expires - datetime.datetime.now(datetime.UTC)
    return left.days >= _LEFT_DAYS and set(said.value) == set(map(_name, names))


def _make(certificate: Path, key: Path, names: Sequence[str]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camplane")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of clients may be behind.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(map(_name, names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    old = os.umask(0o077)
    try:
        atomic_file.replace(key, secret)
        atomic_file.replace(certificate, made.public_bytes(serialization.Encoding.PEM))
    finally:
        os.umask(old)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
