"""A certificate and its key, as two files have them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization


class CertificateError(Exception):
    """The two files cannot be used; the text names the file and says why, and holds no key."""


@dataclass(frozen=True)
class Pair:
    """A certificate, with those that lead to its issuer, and its private key; both PEM."""

    chain: bytes
    key: bytes

    @property
    def certificate(self) -> x509.Certificate:
        """The server's own, which is the first."""
        return x509.load_pem_x509_certificate(self.chain)

    @property
    def expires(self) -> datetime:
        """Until when it holds, UTC."""
        return self.certificate.not_valid_after_utc


def read_pair(certificate: Path, key: Path) -> Pair:
    """Return what the files hold; CertificateError unless the key is the certificate's. Blocks."""
    pair = Pair(_read(certificate), _read(key))
    try:
        of_certificate = pair.certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateError(f"{certificate} holds no certificate in PEM") from error
    try:
        of_key = serialization.load_pem_private_key(pair.key, password=None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateError(
            f"{key} holds no private key in PEM, or one that needs a password"
        ) from error
    if of_key != of_certificate:
        raise CertificateError(f"{key} is not the key of the certificate in {certificate}")
    return pair


def read_authorities(path: Path) -> bytes:
    """Return the certificates of authorities, PEM; CertificateError when there is none. Blocks."""
    found = _read(path)
    try:
        x509.load_pem_x509_certificates(found)
    except ValueError as error:
        raise CertificateError(f"{path} holds no certificate in PEM") from error
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}") from error
