# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that other files name: what OSL scripts include, and the layers of USD files that are text.

Whoever made the files may have lacked some of these as well, so that nobody can tell whether one is missed.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy

from .needs import Need, absolute, called
from .render_reach import Reach

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
LAYER = re.compile(r"@([^@\n]+\.usd[acz]?)@")
READ = 1_000_000  # characters of a file


def included_files(user: str, script: str, is_read: bool) -> Iterator[Need]:
    """Give the needs of a script: what it includes, but for what comes with Blender."""
    for path in _behind(Path(script), INCLUDE, _is_blenders_own):
        yield Need(user, path, is_read, (path,), is_certain=False)


def layers(reach: Reach) -> Iterator[Need]:
    """Give the needs of USD files."""
    for cache in bpy.data.cache_files:
        path = Path(absolute(cache.filepath, cache.library))
        if path.suffix.lower() in (".usd", ".usda"):
            for layer in _behind(path, LAYER, lambda _name: False):
                yield Need(called(cache), layer, cache in reach, (layer,), is_certain=False)


def _behind(start: Path, pattern: re.Pattern[str], is_known: Callable[[str], bool]) -> list[str]:
    """Give what a file names, and what that names in turn; each path counts from the file that it stands in."""
    found, waiting = {str(start): None}, [start]
    while waiting:
        file = waiting.pop()
        for name in pattern.findall(_text(file)):
            path = absolute(str(file.parent / name))
            if path not in found and not is_known(name):
                found[path] = None
                waiting.append(Path(path))
    return [*found][1:]


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(READ)
    except OSError:
        return ""


def _is_blenders_own(name: str) -> bool:
    scripts = bpy.utils.system_resource("SCRIPTS")
    return bool(scripts) and any(Path(scripts).glob(f"addons_core/cycles/shader/{name}"))
