"""Which errors an operation answers, read from the contracts' comments.

The head of a contract may have a table of reasons (REASON  CODE  text) and a
sentence "Errors of all: …"; the comment of an RPC says "Errors: …", in which the
names of reasons and of gRPC codes count, and "as OtherRpc" means all of that
one's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from protos.openapi.contract import Contracts, Rpc, paragraphs

# What Envoy's transcoder makes of a gRPC code.
HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
# Every write may carry a key, and be refused for it.
OF_WRITES = ("IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REUSED")
_ROW = re.compile(r"^ {2}([A-Z_]+) {2,}([A-Z_]+) {2,}(.+)$")
_MORE_TEXT = re.compile(r"^ {20,}(\S.*)$")
_OTHER_STATUS = re.compile(r" ?\(REST: (\d{3})\)")
_CLAUSE = re.compile(r"Errors(?: of all)?: (.*)")
_NAME = re.compile(r"\b[A-Z]+(?:_[A-Z]+)*\b")
_AS = re.compile(r"\bas ([A-Z]\w+(?:\.\w+)?)(?: and ([A-Z]\w+(?:\.\w+)?))?")


@dataclass(frozen=True)
class Refusal:
    """name: a reason or, where there is none, a gRPC code; text: when, in words."""

    status: int
    name: str
    text: str


def refusals(rpc: Rpc, contracts: Contracts) -> list[Refusal]:
    """Return the errors of an RPC, each name once. ValueError for what cannot be read."""
    reasons = _reasons(rpc.file)
    found = [*_of_all(rpc, reasons), *_own(rpc, contracts, reasons)]
    if rpc.has_side_effects:
        # A twin stands in a file without a table; what it is the twin of has it.
        for other in (rpc, *_named(rpc, contracts)):
            table = _reasons(other.file)
            found += [table[name] for name in OF_WRITES if name in table]
    return list({(one.name, one.text): one for one in found}.values())


def twin(rpc: Rpc, contracts: Contracts) -> Rpc | None:
    """Return the typed RPC of the same name that this one is the REST shape of."""
    return next((one for one in _named(rpc, contracts) if one.name == rpc.name), None)


def without_errors(text: str) -> str:
    """Return a paragraph without the sentence that tells the errors."""
    before, _, errors = text.partition("Errors:")
    return f"{before.strip()} {errors.partition('. ')[2]}".strip()


def _reasons(head: str) -> dict[str, Refusal]:
    """Return the table of reasons at the head of a contract."""
    found: dict[str, Refusal] = {}
    last = ""
    for line in paragraphs(head):
        if row := _ROW.match(line):
            last, code, text = row.groups()
            other = _OTHER_STATUS.search(text)
            status = int(other[1]) if other else HTTP_STATUS[code]
            found[last] = Refusal(status, last, _OTHER_STATUS.sub("", text))
        elif last and (more := _MORE_TEXT.match(line)):
            before = found[last]
            found[last] = Refusal(before.status, last, f"{before.text} {more[1]}")
        else:
            last = ""
    return found


def _own(rpc: Rpc, contracts: Contracts, reasons: dict[str, Refusal]) -> Iterator[Refusal]:
    for other in _named(rpc, contracts):
        yield from refusals(other, contracts)
    for paragraph in paragraphs(rpc.comment):
        if clause := _CLAUSE.search(paragraph):
            yield from _read(clause[1], reasons)


def _of_all(rpc: Rpc, reasons: dict[str, Refusal]) -> Iterator[Refusal]:
    for paragraph in paragraphs(rpc.file):
        if clause := _CLAUSE.search(paragraph):
            yield from _read(clause[1], reasons)


def _read(clause: str, reasons: dict[str, Refusal]) -> Iterator[Refusal]:
    """Yield what a clause names; words behind a gRPC code are its text."""
    sentence = clause.partition(". ")[0].rstrip(".")
    names = [
        found
        for found in _NAME.finditer(sentence)
        if "_" in found[0] or found[0] in HTTP_STATUS or found[0] in reasons
    ]
    ends = [*(following.start() for following in names[1:]), len(sentence)]
    for found, end in zip(names, ends, strict=False):
        if found[0] in reasons:
            yield reasons[found[0]]
        elif found[0] not in HTTP_STATUS:
            raise ValueError(f"{found[0]} is an error of an RPC, and in no table of reasons")
        else:
            text = _OTHER_STATUS.sub("", sentence[found.end() : end]).strip(" ,;")
            yield Refusal(HTTP_STATUS[found[0]], found[0], text)


def _named(rpc: Rpc, contracts: Contracts) -> list[Rpc]:
    """Return the RPCs whose errors are this one's, too."""
    clause = _CLAUSE.search(" ".join(paragraphs(rpc.comment)))
    names = [name for found in _AS.findall(clause[1]) for name in found if name] if clause else []
    labels = [name if "." in name else f"{rpc.service}.{name}" for name in names]
    unknown = [label for label in labels if label not in contracts.rpcs]
    if unknown:
        raise ValueError(f"{rpc.label}: its errors are said to be as {unknown[0]}, which is none")
    return [contracts.rpcs[label] for label in labels]
