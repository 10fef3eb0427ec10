"""What the gateway's own span says of a request, and what Envoy counts it as. Pure."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from gateway.proxy import request_tag
from gateway.proxy.actions import SHARED
from gateway.proxy.targets import CAMERA_WRITES_DOMAIN, CONTROL, OLD_CAMERA_WRITES, OLD_HTTP
from gateway.telemetry.reading import CODES, number
from gateway.telemetry.reconciliation import CounterKey
from gateway.telemetry.resource_names import creating, deleting, named_resource, resource_of
from gateway.telemetry.traffic_metrics import RequestKey
from gateway.vocabulary.choices import CHOICES, PINNED, STICKY, TOOL
from gateway.vocabulary.codes import CANCELLED, ENDED, OK, http, is_fault, is_success
from gateway.vocabulary.route_table import streams
from gateway.vocabulary.split import CONTEXTS, DOMAIN, LEGACY

_STATUS_FORM = re.compile(r"[1-5][0-9]{2}")
# Others are no names of ours: a key for each would be ever more keys.
_CLUSTER_FORM = re.compile(
    rf"({'|'.join(CONTEXTS)})_((grpc_)?{DOMAIN}|{LEGACY})|{CAMERA_WRITES_DOMAIN}"
    rf"|{OLD_HTTP}|{OLD_CAMERA_WRITES}|{CONTROL}"
)
# The client went away: nobody's fault.
_CLIENT_LEFT = ("DC", "DR")
# It sent what is no HTTP.
_NO_HTTP = "DPE"
CUT_OFF = "cut off"
# The server reset this one stream. If its connection was lost, its process ended; and Envoy's own
# limits have flags, too.
_RESET_BY_SERVER = "UR"
# Over gRPC it names no resource; a tag does if the client says which camera it is.
_URL = "http.url"
_TAGS = (request_tag.TAG, request_tag.TOKEN, request_tag.CAMERA_ID, _URL)
_BY_RESOURCE = (STICKY, PINNED)
_DEADLINE_EXCEEDED = "4"
# A service answered CANCELLED by itself: nobody left, and nobody was answered as asked.
_BY_SERVICE = "HTTP 499"
# So near its deadline a client's time is over.
_EARLY = 0.8
_NEAR, _FAR = "near", "far"
_UNITS_US = {"H": 3.6e9, "M": 6e7, "S": 1e6, "m": 1e3, "u": 1.0, "n": 1e-3}
_OWN_ANSWER = "via_upstream"
# What requests say but for their times: few texts, again and again.
_MAX_SAID = 4096


class Said(NamedTuple):
    """What the gateway's span says of a request, apart from ids and times.

    key: under which it is counted, but for the reason of a fallback; counter: under
    which Envoy counts it, too; attempts: how often a service was asked; client_left:
    it never got its answer; is_fallback: it was domain's, and legacy had it in the end.
    """

    key: RequestKey
    counter: CounterKey
    attempts: int
    client_left: bool
    is_fallback: bool


class Request(NamedTuple):
    """One request, as the gateway's own span tells it.

    before_us: from the request's first byte to the last attempt; attempt_us: that
    attempt; None where there was none. resource: the id of what the request is
    about, such as a camera, where that decides its path or it is deleted; else "".
    made: the id of what it made, where that is what it does and the service said so.
    """

    trace_id: bytes
    span_id: bytes
    start_ns: int
    end_ns: int
    said: Said
    before_us: float | None
    attempt_us: float | None
    resource: str = ""
    made: str = ""

    @property
    def key(self) -> RequestKey:
        """Under which it is counted, but for the reason of a fallback."""
        return self.said.key

    @property
    def is_fallback(self) -> bool:
        """Was it domain's, and legacy's to answer in the end?"""
        return self.said.is_fallback


class RequestReader:
    """Reads the gateway's spans of requests.

    contexts: the context of each RPC, by its label in the route table.
    """

    def __init__(self, contexts: Mapping[str, str]) -> None:
        self._contexts = contexts
        self._said = lru_cache(maxsize=_MAX_SAID)(self._read_rest)
        # Where in a span each tag was before.
        self._places = dict.fromkeys(_TAGS, 0)

    def tag(self, span: Any) -> str:
        """Return the text of the tag that metrics are made of; "" for a span without it."""
        return self._text(span, request_tag.TAG)

    def token(self, span: Any) -> str:
        """Return the id of camplane's own token that the request had; "" without one."""
        found = self._text(span, request_tag.TOKEN)
        return "" if found == "-" else found

    def request(self, span: Any, tag: str) -> Request | None:
        """Read a span; `tag` is its tag. None when it names an RPC that nobody knows.

        ValueError when the tag is none of ours.
        """
        before_us, attempt_us, received_us, timeout, named, rest = request_tag.own_and_rest(tag)
        lasted_us = (span.end_time_unix_nano - span.start_time_unix_nano) / 1000
        wait = _wait(timeout, lasted_us)
        said = self._said(rest, number(received_us) is not None, wait)
        if said is None:
            return None
        return Request(
            span.trace_id,
            span.span_id,
            span.start_time_unix_nano,
            span.end_time_unix_nano,
            said,
            number(before_us),
            number(attempt_us),
            self._resource(span, said.key, named),
            named_resource(named) if said.key.rpc in creating() else "",
        )

    def _resource(self, span: Any, key: RequestKey, named: str) -> str:
        is_deletion = key.rpc in deleting()
        if key.chosen not in _BY_RESOURCE and not is_deletion:
            return ""
        found = resource_of(key.rpc, self._text(span, _URL))
        found = found or unquote(self._text(span, request_tag.CAMERA_ID))
        return found or (named_resource(named) if is_deletion else "")

    def _text(self, span: Any, name: str) -> str:
        attributes, place = span.attributes, self._places[name]
        # It mostly is where it was before; each attribute that is looked at costs.
        if place < len(attributes) and attributes[place].key == name:
            return str(attributes[place].value.string_value)
        for place, one in enumerate(attributes):
            if one.key == name:
                self._places[name] = place
                return str(one.value.string_value)
        return ""

    def _read_rest(self, rest: str, was_whole: bool, wait: str) -> Said | None:
        """Read what many requests say alike.

        was_whole: all of the request came; wait: as `_wait` has it.
        """
        fields = request_tag.rest_fields(rest) | {"deadline": wait}
        label, _, chosen = fields["route"].partition(" ")
        cluster = fields["cluster"]
        context = self._contexts.get(label)
        if context is None:
            if cluster and "/" in label:
                return None
            # No operation: 404, 405, a preflight, a page.
            label, context, chosen = "", "gateway", ""
        left = client_left(fields)
        asked = fields["implementation"]
        by_service = fields["details"] == _OWN_ANSWER
        code = _code(fields, by_service)
        counter = _counter_key(fields, label, code)
        if left and by_service and wait == _FAR and _has_status(fields):
            # A service said that the client's deadline was over, and it was not.
            left, code = False, "DEADLINE_EXCEEDED"
        elif label in streams():
            code = _of_stream(fields, left, code)
        broken_off = left and not was_whole
        if broken_off or (not was_asked(fields) and not is_fault(code)):
            # Refused by the gateway alone (who one is, how often one asks, what one sends), or the
            # client was gone before anybody was asked or could have answered: that says nothing
            # of a path, or strangers could fill the metrics of one.
            label, context, chosen = "", "gateway", ""
        key = RequestKey(
            context=context,
            rpc=label,
            assigned=_assigned(cluster, chosen, asked) if label else "",
            answered=asked if by_service and asked in (LEGACY, DOMAIN) else "",
            code=code,
            fault=is_fault(code),
            fallback="",
            chosen=_chosen(chosen, fields["tool"]),
        )
        return Said(
            key,
            counter,
            int(number(fields["attempts"]) or 0),
            left,
            # As the answer's header has it, also where legacy took too long and the gateway
            # answered. A client that left had no answer.
            key.assigned == DOMAIN and asked == LEGACY and (by_service or not left),
        )


def counted_as(labels: Mapping[str, str], contexts: Mapping[str, str]) -> CounterKey | None:
    """Return as what Envoy's own counter of an answer counts; None for no operation's.

    labels: the answer's (gateway.proxy.access_logs), of the names that the tag has.
    """
    label = labels["route"].partition(" ")[0]
    if label not in contexts:
        return None
    # How an answer came about has too many forms to count by; one with flags is Envoy's own.
    by_service = not labels["flags"] and was_asked(labels)
    return _counter_key(labels, label, _code(labels, by_service))


def refused_as(labels: Mapping[str, str]) -> str:
    """Return the code of an answer by which the gateway refused by itself; "" for any other.

    CUT_OFF where it gave none: what came was no HTTP/2 any more.
    """
    if was_asked(labels):
        return ""
    if _NO_HTTP in labels["flags"].split(",") and not _has_status(labels):
        return CUT_OFF
    code = _code(labels, by_service=False)
    return "" if code == CANCELLED or is_success(code) else code


def was_asked(fields: Mapping[str, str]) -> bool:
    """Was anybody asked for the request, or did the gateway answer it alone?"""
    return fields["attempts"] not in ("", "0")


def _counter_key(fields: Mapping[str, str], label: str, code: str) -> CounterKey:
    cluster = fields["cluster"]
    is_known = label and was_asked(fields) and _CLUSTER_FORM.fullmatch(cluster)
    return cluster if is_known else "", label, code


def client_left(fields: Mapping[str, str]) -> bool:
    """Did the client leave before the answer: by going away, or by its own deadline?

    Or by sending what is no HTTP, at which it is cut off: there is no status then. fields: of
    the tag, or the labels of Envoy's counter. A service hears of a gRPC
    client's deadline and may answer at it just before the client goes: DEADLINE_EXCEEDED,
    of no time limit of Envoy's own, which has flags.
    """
    if not _has_status(fields):
        return True
    flags = [flag for flag in fields["flags"].split(",") if flag not in ("", "-")]
    if not flags:
        status = fields["refusal"] or fields["grpc_status"]
        return bool(fields["deadline"]) and status == _DEADLINE_EXCEEDED
    return not set(_CLIENT_LEFT).isdisjoint(flags)


def _code(fields: Mapping[str, str], by_service: bool) -> str:
    if client_left(fields):
        return CANCELLED
    status = fields["status"]
    if fields["refusal"]:
        code = CODES.get(fields["refusal"], "UNKNOWN")
        return _BY_SERVICE if code == CANCELLED else code
    # gRPC answers are 200; of any other status Envoy makes up a gRPC status that nobody gave.
    code = CODES.get(fields["grpc_status"], "UNKNOWN") if fields["grpc_status"] else ""
    if code == CANCELLED:
        return _BY_SERVICE
    # A gRPC answer of the gateway's own may say OK where there was none.
    if status == "200" and code and (by_service or code != "OK"):
        return code
    if status.startswith(("2", "3")) and by_service:
        return "OK"
    return http(status)


def _of_stream(fields: Mapping[str, str], left: bool, code: str) -> str:
    """Return the code of a stream: one that began lasts until its client leaves."""
    if left:
        return OK if _has_status(fields) else code
    by_server = fields["flags"] in ("", _RESET_BY_SERVER)
    return ENDED if fields["status"] == "200" and is_success(code) and by_server else code


def _wait(timeout: str, lasted_us: float) -> str:
    """Return where a gRPC client's own deadline was at the end: _NEAR or _FAR; "" for none.

    timeout: the header that says how long it waits, "-" without one.
    """
    if timeout in ("", "-"):
        return ""
    waits_us = (number(timeout[:-1]) or 0.0) * _UNITS_US.get(timeout[-1], 0.0)
    return _FAR if lasted_us < _EARLY * waits_us else _NEAR


def _has_status(fields: Mapping[str, str]) -> bool:
    return bool(_STATUS_FORM.fullmatch(fields["status"]))


def _chosen(said: str, tool: str) -> str:
    """Return how a path came about, by the route's name, which may say more behind it."""
    choice = said.partition(" ")[0]
    if choice not in CHOICES:
        return ""
    return TOOL if tool else choice


def _assigned(cluster: str, chosen: str, asked: str) -> str:
    """Return whose request it was; a path of the old server's own was never domain's."""
    if cluster.endswith("_domain"):
        return LEGACY if asked == LEGACY and SHARED in chosen.split() else DOMAIN
    return LEGACY if cluster in (OLD_HTTP, OLD_CAMERA_WRITES) or cluster.endswith("_legacy") else ""
