# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m local_farm`: serves the API and the storage until it is told to end, then takes every Blender along."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from .api import BASE_PATH, create_api
from .blender_versions import Blender, NoBlender, find_blenders
from .farm import Farm
from .request_log import RequestLog
from .settings import DEFAULT_KEY, Settings, parse_settings
from .signed_urls import URLSigner
from .storage import create_storage
from .store import Store, StoreUnusable

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# The storage goes by another host name than the API, as it does in the real service.
API_HOST, STORAGE_HOST = "127.0.0.1", "localhost"
CLOSE_SECONDS = 1
PARENT_SECONDS = 0.5
"""Seconds between two looks at who started this."""
KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """A server that leaves the signals alone: two of them share one process and end together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


def main() -> int:
    """Run the farm; the exit code is 2 when it has no Blender to render with, no port, or no store that it can use."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    settings = parse_settings(sys.argv[1:])
    try:
        blenders = find_blenders(settings.blenders)
    except NoBlender as error:
        logger.error("%s", error)
        return 2
    home = settings.home or Path(tempfile.mkdtemp(prefix="local_farm_"))
    try:
        asyncio.run(serve(settings, home, blenders))
    except (PortTaken, StoreUnusable) as error:
        logger.error("%s", error)
        return 2
    finally:
        if settings.home is None:
            shutil.rmtree(home, ignore_errors=True)
    return 0


async def serve(settings: Settings, home: Path, blenders: list[Blender]) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortTaken and StoreUnusable."""
    with contextlib.closing(Store.open(home)) as store:
        await _serve(settings, store, blenders)


async def _serve(settings: Settings, store: Store, blenders: list[Blender]) -> None:
    identity = store.identity(settings.api_key, DEFAULT_KEY)
    api_socket, storage_socket = _listen(settings.port), _storage_socket(settings, store)
    api_url = f"http://{API_HOST}:{api_socket.getsockname()[1]}{BASE_PATH}"
    storage_url = f"http://{STORAGE_HOST}:{storage_socket.getsockname()[1]}"
    signer = URLSigner(storage_url, settings.url_lifetime, identity.secret)
    farm = Farm(settings, store, identity, blenders, signer)
    servers = [_server(create_api(farm), farm.home), _server(create_storage(farm), farm.home)]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    sockets = ([api_socket], [storage_socket])
    serving = [asyncio.create_task(server.serve(own)) for server, own in zip(servers, sockets, strict=True)]
    if settings.ends_with_parent:
        watching = asyncio.create_task(_wait_for_parents_end())
        watching.add_done_callback(lambda _: stop())
    farm.go_on()
    _announce(settings, blenders, api_url, storage_url)
    try:
        await asyncio.gather(*serving)
    finally:
        await farm.close()


async def _wait_for_parents_end() -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_SECONDS)


class PortTaken(Exception):
    """Another program has the port."""


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
    except OSError as error:
        listening.close()
        raise PortTaken(f"Port {port} cannot be had ({error.strerror}). Choose another one with --port.") from error
    listening.listen(128)
    return listening


def _storage_socket(settings: Settings, store: Store) -> socket.socket:
    """Listen where the last run did, so that URLs which clients have still lead here; else at any free port."""
    try:
        listening = _listen(settings.storage_port or store.storage_port)
    except PortTaken:
        if settings.storage_port:
            raise
        listening = _listen(0)
    store.keep_setting("storage_port", str(listening.getsockname()[1]))
    return listening


def _server(app: ASGIApp, home: Path) -> Server:
    config = uvicorn.Config(
        RequestLog(app, home),
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=CLOSE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    return Server(config)


def _announce(settings: Settings, blenders: list[Blender], api_url: str, storage_url: str) -> None:
    """Say where it serves. The sockets listen already, so whoever reads this may call at once."""
    versions = ", ".join(f"{blender.version[0]}.{blender.version[1]}" for blender in blenders)
    logger.info("API %s, storage %s, Blender %s", api_url, storage_url, versions)
    if settings.ready_file is not None:
        part = settings.ready_file.with_name(settings.ready_file.name + ".part")
        part.write_text(
            json.dumps({"apiUrl": api_url, "storageUrl": storage_url, "pid": os.getpid()}), encoding="utf-8"
        )
        part.replace(settings.ready_file)


if __name__ == "__main__":
    sys.exit(main())
