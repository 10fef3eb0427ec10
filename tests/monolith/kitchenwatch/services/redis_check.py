"""Is the Redis that the detectors share there?"""

import socket
from urllib.parse import urlsplit


def redis_state(url: str) -> str:
    if not url:
        return "not configured"
    address = urlsplit(url)
    try:
        place = (address.hostname or "localhost", address.port or 6379)
        with socket.create_connection(place, timeout=0.5) as connection:
            connection.sendall(b"PING\r\n")
            return "ok" if connection.recv(64).startswith(b"+PONG") else "error"
    except OSError as error:
        return f"error: {error}"
