# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the local farm."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEFAULT_KEY = "RJ-local-farm"


@dataclass(frozen=True)
class Settings:
    """What one run of the farm was asked for; `home` is None for a temporary folder, times are in seconds."""

    blenders: tuple[str, ...]
    port: int
    storage_port: int
    home: Path | None
    ready_file: Path | None
    api_key: str
    url_lifetime: float
    blender_timeout: float


def parse_settings(arguments: Sequence[str]) -> Settings:
    """Read the command line; exits with 2 on a mistake, as argparse does."""
    parser = argparse.ArgumentParser(
        prog="python -m local_farm",
        description="A stand-in for the Renderjuice service on this machine, rendering with real Blender.",
    )
    parser.add_argument(
        "--blender",
        action="append",
        default=[],
        metavar="VERSION=EXECUTABLE",
        help="a Blender to render with, or a Python that can import bpy, such as 5.2=/opt/blender/blender; repeatable",
    )
    parser.add_argument("--port", type=int, default=8710, help="of the API; 0 picks free ports (default: 8710)")
    parser.add_argument("--storage-port", type=int, default=0, help="of the storage; 0 picks a free one (default: 0)")
    parser.add_argument("--home", type=Path, help="folder for all data (default: a temporary one, removed at exit)")
    parser.add_argument("--ready-file", type=Path, help="written once it serves: JSON with apiUrl, storageUrl, pid")
    parser.add_argument("--api-key", default=DEFAULT_KEY, help=f"the key it accepts (default: {DEFAULT_KEY})")
    parser.add_argument("--url-lifetime", type=float, default=3600.0, help="of signed URLs, seconds (default: 3600)")
    parser.add_argument("--blender-timeout", type=float, default=3600.0, help="of one Blender, seconds (default: 3600)")
    found = parser.parse_args(arguments)
    return Settings(
        blenders=tuple(found.blender),
        port=found.port,
        storage_port=found.storage_port,
        home=found.home,
        ready_file=found.ready_file,
        api_key=found.api_key,
        url_lifetime=found.url_lifetime,
        blender_timeout=found.blender_timeout,
    )
