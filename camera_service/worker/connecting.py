"""Refuses connections that a rule does not allow, at the moment they are made.

FFmpeg looks names up by itself and follows redirects and playlists, so what a source leads to
is known in connect() alone. seccomp has the kernel ask us there (docs/adr/0036).
"""

import ctypes
import errno
import ipaddress
import os
import platform
import queue
import socket
import struct
import threading
from collections.abc import Callable

from servicekit.networks import Address, NotAllowedHostError

# From linux/audit.h, linux/filter.h, linux/seccomp.h, linux/prctl.h and x86-64's system calls.
_MACHINE, _ARCHITECTURE, _CONNECT, _SECCOMP = "x86_64", 0xC000003E, 42, 317
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ASK, _LET = 0x7FC00000, 0x7FFF0000
_OFFSET_OF_CALL, _OFFSET_OF_ARCHITECTURE = 0, 4
_NO_NEW_PRIVILEGES, _SET_FILTER, _WITH_LISTENER = 38, 1, 8
_RECEIVE, _SEND, _CONTINUE = 0xC0502100, 0xC0182101, 1
_QUESTION, _ANSWER = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")
_LONGEST_ADDRESS = 128

_libc = ctypes.CDLL(None, use_errno=True)


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


_ASK_WHEN_CONNECTING = (
    (_LOAD, 0, 0, _OFFSET_OF_ARCHITECTURE),
    (_JUMP_IF_EQUAL, 0, 3, _ARCHITECTURE),
    (_LOAD, 0, 0, _OFFSET_OF_CALL),
    (_JUMP_IF_EQUAL, 0, 1, _CONNECT),
    (_RETURN, 0, 0, _ASK),
    (_RETURN, 0, 0, _LET),
)


class ConnectionGuard:
    """Checks each connection that one thread makes.

    check: raises NotAllowedHostError for an address that is not to be connected to.
    """

    def __init__(self, check: Callable[[Address], None]) -> None:
        self._check = check
        self._refusal: str | None = None

    def guard_this_thread(self) -> None:
        """Check what the calling thread connects to from now on, for ever.

        Raises: OSError where the kernel does not let us.
        """
        if platform.machine() != _MACHINE:
            raise OSError(errno.ENOSYS, "not known for this processor")
        listeners: queue.SimpleQueue[int] = queue.SimpleQueue()
        # Made before the filter, which threads inherit: who answers must not have to ask.
        threading.Thread(
            target=lambda: self._answer_all(listeners.get()), name="connections", daemon=True
        ).start()
        listener = -1
        try:
            listener = _listen_to_this_thread()
        finally:
            listeners.put(listener)

    def take_refusal(self) -> str | None:
        """Return what was refused last, once."""
        refusal, self._refusal = self._refusal, None
        return refusal

    def _answer_all(self, listener: int) -> None:
        if listener < 0:
            return
        question = ctypes.create_string_buffer(_QUESTION.size)
        while True:
            ctypes.memset(question, 0, _QUESTION.size)
            if _libc.ioctl(listener, ctypes.c_ulong(_RECEIVE), question) < 0:
                continue  # a signal, or the thread that asked has gone
            number, *_, descriptor, address, length, _, _, _ = _QUESTION.unpack(question.raw)
            code = self._judge(descriptor, ctypes.string_at(address, min(length, _LONGEST_ADDRESS)))
            answer = _ANSWER.pack(number, 0, -code, 0 if code else _CONTINUE)
            _libc.ioctl(listener, ctypes.c_ulong(_SEND), answer)

    def _judge(self, descriptor: int, raw: bytes) -> int:
        """Return 0 to let it be, or the error that connect() answers."""
        try:
            address = address_in(raw)
            if address is not None and not _is_datagram(descriptor):
                self._check(address)
        except NotAllowedHostError as error:
            self._refusal = str(error)
            return errno.EACCES
        except Exception:  # nobody else would answer, and the thread would wait for ever
            return errno.EACCES
        return 0


def address_in(raw: bytes) -> Address | None:
    """Return the address in a `struct sockaddr`; None for a family without one."""
    (family,) = struct.unpack_from("=H", raw)
    if family == socket.AF_INET:
        return ipaddress.IPv4Address(raw[4:8])
    if family == socket.AF_INET6:
        return ipaddress.IPv6Address(raw[8:24])
    return None


def _is_datagram(descriptor: int) -> bool:
    """Is nothing sent by connecting it? The resolver does so with what it then asks or compares."""
    with socket.socket(fileno=os.dup(descriptor)) as one:
        return one.type == socket.SOCK_DGRAM


def _listen_to_this_thread() -> int:
    """Have the kernel ask whenever this thread connects; return where it asks."""
    program = (_Instruction * len(_ASK_WHEN_CONNECTING))(
        *(_Instruction(*one) for one in _ASK_WHEN_CONNECTING)
    )
    wanted = _Program(len(program), program)
    if _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) < 0:
        raise _last_error()
    listener: int = _libc.syscall(_SECCOMP, _SET_FILTER, _WITH_LISTENER, ctypes.byref(wanted))
    if listener < 0:
        raise _last_error()
    return listener


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
