# SPDX-License-Identifier: GPL-3.0-or-later
"""The object storage: takes an upload in one PUT and gives outputs back, by signed URL only, never by API key."""

import asyncio
import contextlib
import secrets
from io import RawIOBase
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import Refusal, handle_refusal, note_violation, refusal_response
from .farm import Farm
from .signed_urls import BadURL, ExpiredURL

SIZE_LIMIT = 5 * 1024**3
BLOCK = 1024 * 1024
WRITE_SIZE = 4 * BLOCK


class Download(FileResponse):
    """A file with `ETag`, `Range` and `If-Range`, read in large blocks."""

    chunk_size = BLOCK


def create_storage(farm: Farm) -> ASGIApp:
    """Make the storage's application."""

    async def put_upload(request: Request) -> Response:
        upload = farm.uploads.get(_subject(farm, request, "upload"))
        if upload is None:
            raise Refusal(404, "not_found", "There is no such upload")
        size = _announced_size(request)
        if upload.is_used:
            raise Refusal(409, "already_used", "A job was made of this upload; its file can no longer be replaced")
        upload.size = None
        part = upload.path.with_suffix(f".{secrets.token_hex(4)}.part")
        await _receive_file(request, part, size)
        part.replace(upload.path)
        upload.size = size
        farm.store.keep_upload(upload)
        return Response(status_code=200)

    async def get_download(request: Request) -> Response:
        path = farm.home / _subject(farm, request, "download")
        if not path.is_file():
            raise Refusal(404, "not_found", "There is no such file any more")
        return Download(path, stat_result=path.stat())

    routes = [
        Route("/upload/{name}", put_upload, methods=["PUT"]),
        Route("/download/{name}", get_download, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={Refusal: handle_refusal})
    return KeyGuard(app, farm.identity.api_key)


class KeyGuard:
    """ASGI middleware: a request to the storage that bears the API key, or any authorization, is refused."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self.app = app
        self.key = api_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection of any kind; only HTTP requests are looked at."""
        if scope["type"] == "http" and self._bears_key(scope):
            violation = "an API key or an authorization was sent to the storage"
            note_violation(scope, violation)
            refusal = Refusal(400, "authorization_not_allowed", f"{violation}: the URL carries its own token")
            await refusal_response(refusal, {"Connection": "close"})(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _bears_key(self, scope: Scope) -> bool:
        texts = [value for _, value in scope["headers"]] + [scope["query_string"], scope.get("raw_path", b"")]
        return any(name == b"authorization" for name, _ in scope["headers"]) or any(self.key in text for text in texts)


def _subject(farm: Farm, request: Request, action: str) -> str:
    try:
        return farm.signer.subject(action, request.query_params.get("token", ""))
    except ExpiredURL as error:
        raise Refusal(403, "expired", str(error)) from error
    except BadURL as error:
        raise Refusal(403, "forbidden", str(error)) from error


def _announced_size(request: Request) -> int:
    length = request.headers.get("content-length")
    if length is None or "transfer-encoding" in request.headers:
        reason = "a PUT needs a Content-Length and no chunked transfer"
        raise Refusal(411, "length_required", reason, violation=reason)
    size = int(length)
    if size >= SIZE_LIMIT:
        reason = f"a file must be smaller than 5 GiB; this one has {size} bytes"
        raise Refusal(400, "too_large", reason, violation=reason)
    if size == 0:
        raise Refusal(400, "empty", "the file is empty", violation="an empty file was sent")
    return size


async def _receive_file(request: Request, part: Path, size: int) -> None:
    """Write the body to `part`, the next blocks arriving while the last ones are written."""
    received = 0
    writing: asyncio.Future[None] | None = None
    blocks: list[bytes] = []
    waiting = 0
    try:
        with part.open("wb", buffering=0) as file:
            try:
                async for block in request.stream():
                    blocks.append(block)
                    received += len(block)
                    waiting += len(block)
                    if waiting >= WRITE_SIZE:
                        if writing is not None:
                            await writing
                        writing = asyncio.ensure_future(asyncio.to_thread(_write_all, file, blocks))
                        blocks, waiting = [], 0
            finally:
                if writing is not None:
                    await writing
            _write_all(file, blocks)
    except ClientDisconnect as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise Refusal(400, "incomplete", f"the body ended after {received} of {size} bytes") from error


def _write_all(file: RawIOBase, blocks: list[bytes]) -> None:
    for block in blocks:
        rest = memoryview(block)
        while rest:
            rest = rest[file.write(rest) :]
