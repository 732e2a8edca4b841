# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to and from object storage, over presigned and signed URLs. The API key never comes here.

Nothing is tried twice: whoever calls knows whether a fresh URL is needed first.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from urllib.parse import urljoin

import requests

from ..messages.message import Message
from . import http
from .address import host_of
from .error_text import read_reason, safe_detail
from .errors import (
    ContentChanged,
    DownloadURLExpired,
    RateLimited,
    RenderjuiceError,
    ServiceDown,
    StorageRefused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
    UploadURLExpired,
)
from .file_body import FileBody, LocalFailure
from .http import NoAuth, Timeouts
from .retry import retry_after

logger = logging.getLogger(__name__)

USER_AGENT = "renderjuice-blender"
UPLOAD_TIMEOUTS: Timeouts = (30.0, 300.0)
"""The first also bounds how long one block may take to leave; the second how long storage may take to file it all."""
DOWNLOAD_TIMEOUTS: Timeouts = (10.0, 60.0)

_DOWNLOAD_BLOCK = 128 * 1024
_MOST_REDIRECTS = 5
LOGIN_REDIRECTS = (302, 303)
"""What the login page of a network answers an upload with. A storage sends on with 301, 307 or 308."""
_REDIRECTS = (301, 302, 303, 307, 308)
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


@dataclass(frozen=True)
class Downloaded:
    """A complete file: its size in bytes and its strong ETag, if it has one."""

    size: int
    etag: str | None


def open_session(pool_size: int = 16) -> requests.Session:
    """A session for storage, to be shared by up to `pool_size` threads: connections are kept alive."""
    return http.open_session(pool_size)


def upload(
    url: str,
    path: Path,
    *,
    progress: Callable[[int], None] | None = None,
    timeouts: Timeouts = UPLOAD_TIMEOUTS,
    user_agent: str = USER_AGENT,
) -> None:
    """PUT a file to a presigned URL in one request, streamed, in constant memory.

    `progress` gets the bytes sent so far and may raise (`Canceled`, for one) to stop. Raises `UploadURLExpired`,
    `StorageRefused`, `RateLimited`, `ServiceDown`, `Unreachable`, `TimedOut`, `InsecureAddress`, `ContentChanged`
    when the file gets shorter meanwhile, and `OSError` when it cannot be read.
    """
    with FileIO(path) as file, open_session(1) as session:
        body = FileBody(file, os.fstat(file.fileno()).st_size, progress)
        try:
            response = http.send(
                session,
                "PUT",
                url,
                auth=NoAuth(),
                timeouts=timeouts,
                headers={"User-Agent": user_agent},
                data=body,
            )
        except (RenderjuiceError, LocalFailure):
            if body.failure is None:
                raise
        if body.failure is not None:
            raise body.failure
        if not 200 <= response.status_code < 300:
            raise _refusal(response, UploadURLExpired)
        response.close()
        if http.is_web_page(response):
            raise UnexpectedAnswer(http.WEB_PAGE, detail=f"HTTP status {response.status_code}", is_foreign=True)
        if body.sent < len(body):
            message = Message("{} ended the upload before all was sent.", host_of(url))
            raise Unreachable(message, detail=f"{body.sent} of {len(body)} bytes")


def download(
    url: str,
    part: Path,
    *,
    etag: str | None = None,
    session: requests.Session | None = None,
    progress: Callable[[int], None] | None = None,
    started: Callable[[str | None, int | None], None] | None = None,
    timeouts: Timeouts = DOWNLOAD_TIMEOUTS,
    user_agent: str = USER_AGENT,
) -> Downloaded:
    """GET a signed URL into the file `part`, going on where it ends if `etag` is that of its bytes.

    `started` gets the strong ETag and the full size in bytes, each None if unknown, before the first byte is
    written: whoever keeps the ETag can go on after an interruption. `progress` gets the bytes in `part` so far,
    which fall back when the file has to start again. Both may raise to stop; `part` keeps what came.
    Raises `DownloadURLExpired`, `StorageRefused`, `RateLimited`, `ServiceDown`, `Unreachable` (also for a body that
    is too short), `TimedOut`, `InsecureAddress`, `UnexpectedAnswer`, `ContentChanged`, and `OSError` when `part`
    cannot be written.
    """
    if session is None:
        with open_session(1) as own:
            return download(
                url,
                part,
                etag=etag,
                session=own,
                progress=progress,
                started=started,
                timeouts=timeouts,
                user_agent=user_agent,
            )
    offset = _size(part) if _strong(etag) else 0
    response = _get(session, url, offset, etag, timeouts, user_agent)
    if offset and _is_complete(response, offset, etag):
        response.close()
        return Downloaded(offset, etag)
    if offset and _must_start_again(response, offset, etag):
        response.close()
        offset = 0
        response = _get(session, url, 0, None, timeouts, user_agent)
    with response:
        if response.status_code not in (200, 206) or (response.status_code == 206 and not offset):
            raise _refusal(response, DownloadURLExpired)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            message = Message("The storage sent a file in a form that was not asked for.")
            raise UnexpectedAnswer(message, is_foreign=True)
        if http.is_web_page(response):
            raise UnexpectedAnswer(http.WEB_PAGE, detail=f"HTTP status {response.status_code}", is_foreign=True)
        if response.status_code == 200:
            offset = 0
        etag = _strong(response.headers.get("ETag")) or (etag if offset else None)
        total = _total(response)
        if started is not None:
            started(etag, total)
        size = offset
        with part.open("ab" if offset else "wb") as file:
            for block in http.blocks(response, _DOWNLOAD_BLOCK):
                file.write(block)
                size += len(block)
                if progress is not None:
                    progress(size)
    if total is not None and size < total:
        message = Message("{} sent less than the whole file.", host_of(url))
        raise Unreachable(message, detail=f"{size} of {total} bytes")
    if total is not None and size > total:
        part.unlink()
        raise ContentChanged(detail=f"{size} bytes instead of {total}")
    return Downloaded(size, etag)


def _get(
    session: requests.Session, url: str, offset: int, etag: str | None, timeouts: Timeouts, user_agent: str
) -> requests.Response:
    """The answer to a GET from `offset` on, after at most five redirects, each to an address that is checked."""
    headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
    if offset and etag:
        headers |= {"Range": f"bytes={offset}-", "If-Range": etag}
    for _ in range(_MOST_REDIRECTS + 1):
        response = http.send(session, "GET", url, auth=NoAuth(), timeouts=timeouts, headers=headers)
        location = response.headers.get("Location")
        if response.status_code not in _REDIRECTS or not location:
            return response
        response.close()
        url = _joined(url, location)
    message = Message("The storage sends this computer in circles, last to {}.", host_of(url))
    raise UnexpectedAnswer(message, is_foreign=True)


def _joined(url: str, location: str) -> str:
    """The address a redirect points to; one that is none is refused by the check that follows."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _is_complete(response: requests.Response, offset: int, etag: str | None) -> bool:
    """Whether a 416 says that there is nothing after `offset` because the file ends there."""
    return response.status_code == 416 and _total(response) == offset and _same(response, etag)


def _must_start_again(response: requests.Response, offset: int, etag: str | None) -> bool:
    """Whether what is answered does not continue the bytes that are there."""
    if response.status_code == 206:
        found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        return not (found and found[1] == str(offset) and _same(response, etag))
    return response.status_code == 416


def _same(response: requests.Response, etag: str | None) -> bool:
    return response.headers.get("ETag", etag) == etag


def _total(response: requests.Response) -> int | None:
    """The full size of the file in bytes, None when it is not said."""
    found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    if response.status_code in (206, 416):
        return int(found[3]) if found and found[3] != "*" else None
    return http.length_of(response)


def _strong(etag: str | None) -> str | None:
    """The ETag if it stands for every single byte; a weak one (`W/…`) does not."""
    return etag if etag and etag.startswith('"') and etag.isascii() and etag.isprintable() else None


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _refusal(
    response: requests.Response, expired: type[UploadURLExpired] | type[DownloadURLExpired]
) -> RenderjuiceError:
    """What an answer that is no success means. Closes it."""
    status, is_page = response.status_code, http.is_web_page(response)
    if status < 400:
        response.close()
        if 300 <= status < 400:
            reason = Message("it sends this computer on to {}.", http.redirect_host(response))
            message = Message("The storage behind Renderjuice refused the transfer: {}", reason)
            return StorageRefused(
                message, status=status, detail=f"HTTP status {status}", is_foreign=is_page or status in LOGIN_REDIRECTS
            )
        message = Message("The storage gave an answer that was not asked for.")
        return UnexpectedAnswer(message, detail=f"HTTP status {status}", is_foreign=is_page)
    text = http.read_error_text(response)
    words = read_reason(text).words
    detail = f"HTTP status {status}: {safe_detail(words or text)}"
    if status == 408:
        return TimedOut(detail=detail)
    if status == 429:
        return RateLimited(wait=retry_after(response.headers), detail=detail)
    if status >= 500:
        message = Message("The storage behind Renderjuice has a problem of its own at the moment.")
        return ServiceDown(message, wait=retry_after(response.headers), detail=detail)
    if status in (401, 403, 410) or "expired" in text.lower():
        return expired(detail=detail, is_foreign=is_page)
    return StorageRefused(words=words, status=status, detail=detail, is_foreign=is_page)
