# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the local farm."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEFAULT_KEY = "RJ-local-farm"


@dataclass(frozen=True)
class Settings:
    """What one run of the farm was asked for; times are in seconds.

    `home` is None for a temporary folder, `api_key` for the key that the home knows or, in a new one, DEFAULT_KEY.
    """

    blenders: tuple[str, ...]
    port: int
    storage_port: int
    home: Path | None
    ready_file: Path | None
    api_key: str | None
    url_lifetime: float
    blender_timeout: float
    strict: bool
    ends_with_parent: bool


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
    parser.add_argument(
        "--storage-port",
        type=int,
        default=0,
        help="of the storage; 0: the one of the last run, else a free one (default: 0)",
    )
    parser.add_argument(
        "--home",
        type=Path,
        help="folder for all data, where the next farm goes on (default: a temporary one, removed at exit)",
    )
    parser.add_argument("--ready-file", type=Path, help="written once it serves: JSON with apiUrl, storageUrl, pid")
    parser.add_argument("--api-key", help=f"the key it accepts (default: the home's, in a new one {DEFAULT_KEY})")
    parser.add_argument("--url-lifetime", type=float, default=3600.0, help="of signed URLs, seconds (default: 3600)")
    parser.add_argument("--blender-timeout", type=float, default=3600.0, help="of one Blender, seconds (default: 3600)")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="fail a job that lacks a file which its frames read; otherwise Blender renders it without, as anywhere",
    )
    parser.add_argument("--end-with-parent", action="store_true", help="end as soon as the program that started it has")
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
        strict=found.strict,
        ends_with_parent=found.end_with_parent,
    )
