"""How many requests a client may take back before its connection is cut.

Over HTTP/2 a client resets the stream of a request that it no longer waits for. Clients with
short deadlines do so by the hundred while a service hangs; who attacks asks and takes back
without end (CVE-2023-44487). What tells them apart is how many a second.
"""

from typing import Any

# A hundred calls at once, each for a fifth of a second, and as long as they like.
A_SECOND = 500
# Ten seconds of it at once: all streams of a connection, several times over.
AT_ONCE = 5000

# Envoy's other guard counts over a connection's whole life: of so many streams, at least half
# reset within two seconds of their beginning. A channel that lives for days meets that once, and
# everything else on it is cut, too. It can only be put out of reach.
_OUT_OF_REACH = 1 << 40

# What the runtime says to every listener.
OVER_A_LIFE = {"overload.premature_reset_total_stream_count": _OUT_OF_REACH}

# What a client may on one connection.
OF_CLIENTS: dict[str, Any] = {"stream_reset_burst": AT_ONCE, "stream_reset_rate": A_SECOND}

# Within Envoy one connection carries all clients' requests, and each was held to the above.
OF_ALL_CLIENTS: dict[str, Any] = {
    "stream_reset_burst": _OUT_OF_REACH,
    "stream_reset_rate": _OUT_OF_REACH,
}
