"""Forbid every network address that is not this machine.

A Python audit hook sees each connect, bind, send and look-up, also those made by C code that
uses Python's sockets, and cannot be removed again. Child processes are covered by the
``sitecustomize`` module beside this one, as long as PYTHONPATH names this folder.
What was refused is written to the file named in EQUITYKIT_OFFLINE_LOG, so that code which
swallows the error is found out as well.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

LOG_VARIABLE = "EQUITYKIT_OFFLINE_LOG"

_INTERNET = (socket.AF_INET, socket.AF_INET6)
_LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_SENDS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
_this_host = socket.gethostname()
_forbidden = False


class NetworkForbidden(RuntimeError):
    """Something tried to reach beyond this machine."""


def is_loopback(host: object) -> bool:
    """Whether an address or a name means this machine and nothing else."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    name = name.lower().removeprefix("::ffff:")
    numbers = name.split(".")
    is_127 = len(numbers) == 4 and numbers[0] == "127" and all(part.isdigit() for part in numbers)
    return is_127 or name in ("localhost", "::1")


def _refused(event: str, arguments: tuple[Any, ...]) -> object | None:
    """Host that this event may not use, or None."""
    if event in _LOOK_UPS:
        host = arguments[0]
        # No name, and this machine's own name, are looked up without leaving it.
        return None if host in (None, "", b"", _this_host) or is_loopback(host) else host
    if event in _SENDS:
        sender, address = arguments[0], arguments[1]
        if sender.family in _INTERNET and isinstance(address, tuple) and not is_loopback(address[0]):
            return address[0] or "every interface"
    return None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    host = _refused(event, arguments)
    if host is None:
        return
    sentence = f"{event} to {host!s} (only this machine may be reached)"
    log = os.environ.get(LOG_VARIABLE)
    if log:
        with open(log, "a", encoding="utf-8") as file:
            file.write(sentence + "\n")
    raise NetworkForbidden(sentence)


def forbid() -> None:
    """Forbid the network in this process, once and for good."""
    global _forbidden
    if not _forbidden:
        _forbidden = True
        sys.addaudithook(_hook)


def spare() -> None:
    """Leave out a check of addresses that jsonschema does where it is installed, and does without where it is not.

    Loading it takes longer than most tests, in every process that Jupyter or Great Expectations runs in.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
