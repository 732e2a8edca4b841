# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses may be talked to: https:// anywhere, http:// on this computer only."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from ..messages.message import Message
from .errors import InsecureAddress


def check_address(url: str) -> None:
    """Raise `InsecureAddress` unless `url` is https://, or http:// to localhost, 127.0.0.0/8 or ::1.

    Addresses that two URL parsers could read differently (a backslash, a space, a user name) are refused as well:
    what is checked here must be what is connected to.
    """
    parts = _split(url)
    if parts is None or not parts.hostname:
        raise InsecureAddress(Message("The address is not a web address."))
    if "\\" in url or "@" in parts.netloc or any(character <= " " or character == "\x7f" for character in url):
        raise InsecureAddress(Message("The address holds a user name or characters that do not belong there."))
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise InsecureAddress(
            Message("The address of {} is not secure: it does not start with https://.", host_of(url))
        )


def is_loopback(url: str) -> bool:
    """Whether the address is on this very computer, where no proxy has any business."""
    parts = _split(url)
    return parts is not None and _is_loopback(parts.hostname or "")


def host_of(url: str) -> str:
    """The host of an address, for error texts: never its path or query, which may hold a token."""
    parts = _split(url)
    host = (parts.hostname or "") if parts else ""
    plain = "".join(character for character in host if character.isalnum() or character in ".-:[]")
    return plain[:100] or Message("the server")


def authority_of(url: str) -> str:
    """Host and port of an address, which tell one server from another; "" for what is no address."""
    parts = _split(url)
    return parts.netloc.rpartition("@")[2].lower() if parts else ""


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname  # both are parsed only now, and raise ValueError
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.version == 4:
        return address.is_loopback
    return address == ipaddress.IPv6Address("::1")
