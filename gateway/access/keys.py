"""The key that tokens are signed with: made on first use, read by its owner alone."""

import hashlib
import json

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from gateway.access.place import AccessPlace
from servicekit import atomic_file

ALGORITHM = "ES256"
_CURVE = "P-256"


class KeyUnreadableError(Exception):
    """There is a key that cannot be used; the text says which file it is."""


def signing_key(place: AccessPlace) -> ECKey:
    """Return the key of a data directory, and make it if there is none.

    Its public half lies beside it, for Envoy. KeyUnreadableError when there is one that is no
    key, or another user's: a new one would make every token invalid.
    """
    with place.locked():
        if not place.key.exists():
            made = ECKey.generate_key(_CURVE, {"alg": ALGORITHM, "use": "sig"}, auto_kid=True)
            data = json.dumps(made.as_dict(private=True)).encode()
            with atomic_file.prepared(place.key, data, durable=True) as replacement:
                replacement.put()
        key = existing_key(place)
        public = json.dumps(KeySet([key]).as_dict(private=False)).encode()
        if not place.public_keys.exists() or place.public_keys.read_bytes() != public:
            atomic_file.replace(place.public_keys, public)
        return key


def cookie_secret(key: ECKey) -> bytes:
    """Return the secret of the cookies that Envoy keeps of a login: as good as the key."""
    private = str(key.as_dict(private=True)["d"])
    return hashlib.sha256(f"cookies of a login: {private}".encode()).digest()


def existing_key(place: AccessPlace) -> ECKey:
    """Return the key that was made before; KeyUnreadableError when it cannot be used."""
    try:
        key = ECKey.import_key(json.loads(place.key.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, JoseError) as error:
        raise KeyUnreadableError(f"{place.key} cannot be used: {error}") from error
    if not key.is_private:
        raise KeyUnreadableError(f"{place.key} cannot be used: it is no private key")
    return key
