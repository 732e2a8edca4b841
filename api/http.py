# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP exchange over `requests`: what is sent where, what is read back, and what every failure is called.

Written for requests 2.27 with urllib3 1.26 (Blender 4.2) up to requests 2.34 with urllib3 2.8. Proxies and
certificate bundles of the environment are honoured; a netrc file, cookies and redirects are not.
"""

from __future__ import annotations

import json
import ssl
import zlib
from collections.abc import Iterator, Mapping
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from ..messages.message import Message
from .address import check_address, host_of, is_loopback
from .error_text import hide_secrets, safe_detail
from .errors import CertificateRejected, RenderjuiceError, TimedOut, UnexpectedAnswer, Unreachable

Timeouts = tuple[float, float]
"""Seconds to wait for the connection, and for each piece of the answer."""

BODY_CAP = 64 * 1024 * 1024
"""The largest JSON answer, in bytes after decompression, that is read into memory."""
ERROR_BODY_CAP = 64 * 1024
"""As much of an error's body is read, in bytes."""

WEB_PAGE = Message("A web page came instead of Renderjuice's answer.")
"""What is said of a web page in the place of an answer."""

_BLOCK = 64 * 1024
_NO_PROXY: dict[str, str | None] = {"http": None, "https": None, "all": None}


class NoAuth(AuthBase):
    """Adds nothing. An explicit auth object keeps `requests` from looking the host up in a netrc file."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class KeyAuth(AuthBase):
    """Adds the API key to one request. The key is no header of the session, so nothing can carry it further."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Never: `requests` would read the whole body of a redirect, also of one that it was told not to follow."""
        return None


def open_session(pool_size: int) -> requests.Session:
    """A session that keeps up to `pool_size` connections to a host alive, stores no cookies and follows no redirect.

    It can be shared by threads.
    """
    session = _Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=pool_size, max_retries=0))
    return session


def send(
    session: requests.Session,
    method: str,
    url: str,
    *,
    auth: AuthBase,
    timeouts: Timeouts,
    headers: Mapping[str, str],
    params: Mapping[str, str] | None = None,
    data: Any = None,
    secret: str = "",
) -> requests.Response:
    """One request; the answer's body is still to be read, and the answer to be closed.

    Raises `InsecureAddress` (nothing was sent), `CertificateRejected`, `Unreachable`, `TimedOut`, `UnexpectedAnswer`.
    """
    check_address(url)
    try:
        return session.request(
            method,
            url,
            params=params,
            data=data,
            headers=dict(headers),
            auth=auth,
            timeout=timeouts,
            proxies=_NO_PROXY if is_loopback(url) else None,  # type: ignore[arg-type]
            allow_redirects=False,
            stream=True,
        )
    except (OSError, urllib3.exceptions.HTTPError, ValueError) as error:  # requests' own errors are OSErrors
        failure = failure_of(error, host_of(url), secret)
    raise failure  # outside of the handler: the cause, which may hold the URL's token, does not travel along


def blocks(response: requests.Response, size: int) -> Iterator[bytes]:
    """The body as it came over the wire, in blocks of at most `size` bytes.

    Raises `Unreachable` when it ends before its `Content-Length`, `TimedOut` when nothing comes for too long.
    """
    received = 0
    host = host_of(response.url)
    stream = response.raw.stream(size, decode_content=False)
    while block := _next_block(stream, host):
        received += len(block)
        yield block
    expected = length_of(response)
    if expected is not None and received < expected:  # urllib3 1.26 does not notice
        raise Unreachable(
            Message("The connection to {} was cut in the middle of an answer.", host),
            detail=f"{received} of {expected} bytes",
        )


def length_of(response: requests.Response) -> int | None:
    """The bytes of the body by its `Content-Length`; None when it is not said."""
    text = response.headers.get("Content-Length", "").strip()
    if "Transfer-Encoding" in response.headers or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def read_body(response: requests.Response, cap: int) -> tuple[bytes, bool]:
    """The body, decompressed, up to `cap` bytes, and whether that is all of it. Closes the answer.

    Decompressed here, block by block, so that a small body cannot unfold to more than the cap in memory.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        response.close()
        raise UnexpectedAnswer(detail=f"content encoding {safe_detail(encoding)}", is_foreign=True)
    inflate = zlib.decompressobj(wbits=47) if encoding not in ("", "identity") else None  # 47: zlib or gzip
    body = bytearray()
    with response:
        for block in blocks(response, _BLOCK):
            body += _inflated(inflate, block, cap + 1 - len(body)) if inflate else block
            if len(body) > cap:
                return bytes(body[:cap]), False
    if inflate and body and not inflate.eof:
        raise UnexpectedAnswer(detail="the compressed answer ends too early", is_foreign=True)
    return bytes(body), True


def read_error_text(response: requests.Response, secret: str = "") -> str:
    """As much of an error's body as can be had, as text without secrets. Never raises. Closes the answer."""
    try:
        body, _ = read_body(response, ERROR_BODY_CAP)
    except RenderjuiceError:
        body = b""
    finally:
        response.close()
    return hide_secrets(body.decode("utf-8-sig", "replace"), secret)


def read_json(response: requests.Response, secret: str = "") -> Any:
    """The JSON in an answer's body. Closes the answer.

    Raises `UnexpectedAnswer` when it is no JSON, which is foreign, or too large.
    """
    body, whole = read_body(response, BODY_CAP)
    if not whole:
        raise UnexpectedAnswer(Message("Renderjuice's answer is too large."), detail=f"more than {BODY_CAP} bytes")
    try:
        return json.loads(body, parse_constant=lambda _: None)  # NaN and Infinity are no JSON
    except (ValueError, RecursionError):
        start = body[:2000].decode("utf-8", "replace")
    raise UnexpectedAnswer(
        Message("Renderjuice answered with nothing.") if not body.strip() else _not_json(start),
        detail=safe_detail(start, secret),
        is_foreign=True,
    )


def is_web_page(response: requests.Response) -> bool:
    """True for an answer with a web page in it, which neither the API nor the storage sends.

    An answer without a body is none, whatever its headers say.
    """
    if response.status_code == 204 or length_of(response) == 0:
        return False
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower() in (
        "text/html",
        "application/xhtml+xml",
    )


def redirect_host(response: requests.Response, secret: str = "") -> str:
    """The host that a redirect points to; the rest of the address may hold a token."""
    try:
        return hide_secrets(host_of(urljoin(response.url, response.headers.get("Location", ""))), secret)
    except ValueError:
        return "the server"


def failure_of(error: BaseException, host: str, secret: str = "") -> RenderjuiceError:
    """What an exception of `requests`, `urllib3` or the socket means, with the innermost cause as detail."""
    chain = _chain(error)
    detail = safe_detail(f"{type(chain[-1]).__name__}: {chain[-1]}", secret)

    def seen(*kinds: type[BaseException]) -> bool:
        return any(isinstance(link, kinds) for link in chain)

    unsent = seen(urllib3.exceptions.NewConnectionError, requests.ConnectTimeout)
    if seen(ssl.SSLCertVerificationError) or ("certificate" in detail.lower() and not seen(HTTPException)):
        message = Message("The security certificate of {} cannot be trusted, so nothing was sent.", host)
        return CertificateRejected(message, detail=detail)
    if seen(TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError) and not seen(
        urllib3.exceptions.NewConnectionError
    ):
        return TimedOut(Message("{} took too long to answer.", host), may_have_arrived=not unsent, detail=detail)
    if seen(requests.exceptions.ProxyError):
        unsent = unsent or "Tunnel connection failed" in detail  # urllib3 1.26 calls any failure behind a proxy so
        message = Message("The connection to {} through the proxy failed.", host)
        return Unreachable(message, may_have_arrived=not unsent, detail=detail)
    garbage = seen(HTTPException) and not seen(RemoteDisconnected, IncompleteRead)
    if garbage or seen(requests.exceptions.InvalidHeader, zlib.error):
        return UnexpectedAnswer(Message("{} gave an answer that is not HTTP.", host), detail=detail, is_foreign=True)
    if seen(ssl.SSLError):
        return Unreachable(Message("No secure connection to {} could be made.", host), detail=detail)
    return Unreachable(Message("{} cannot be reached.", host), may_have_arrived=not unsent, detail=detail)


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and all that it wraps: libraries keep causes as arguments, as `reason` or as `__context__`."""
    chain: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting and len(chain) < 20:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and link not in chain:
            chain.append(link)
            waiting += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]
    return chain


def _next_block(stream: Iterator[bytes], host: str) -> bytes:
    """The next block of a body, empty at its end. Raises what the failure means."""
    try:
        return next(stream, b"")
    except (OSError, urllib3.exceptions.HTTPError, HTTPException, ValueError) as error:
        failure = failure_of(error, host)
    raise failure


def _inflated(inflate: Any, block: bytes, room: int) -> bytes:
    """The block decompressed to at most `room` bytes. Raises `UnexpectedAnswer` when it is not what it says."""
    try:
        return bytes(inflate.decompress(block, room))
    except zlib.error:
        detail = "the compressed answer is broken"
    raise UnexpectedAnswer(detail=detail, is_foreign=True)


def _not_json(start: str) -> Message:
    if start.lstrip()[:1] == "<":
        return WEB_PAGE
    return Message("Renderjuice's answer is not JSON.")
