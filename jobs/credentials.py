# SPDX-License-Identifier: GPL-3.0-or-later
"""The API key: from the environment, or from a file that only its owner can read.

Each key belongs to one service address and is given out for that address alone, so that another address in the
preferences (or in a journal) never sees it. Blender writes preferences and scenes in clear text, whatever their
options say (4.2 to 5.2), which is why the key is kept in neither.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from ..api.errors import KEY_VARIABLE as KEY_VARIABLE

DEFAULT_API_URL = "https://api.renderjuice.com/api/external/v1"
URL_VARIABLE = "RENDERJUICE_API_URL"


def api_url(preference: str, environment: Mapping[str, str] = os.environ) -> str:
    """The service's address: the environment's, else the preference's, else the public one."""
    return (environment.get(URL_VARIABLE, "").strip() or preference.strip() or DEFAULT_API_URL).rstrip("/")


def origin(url: str) -> str:
    """Scheme, host and port of an address: what a key belongs to. What is no address belongs to nobody: ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def find_key(credentials: Path, url: str, *, session_url: str, environment: Mapping[str, str] = os.environ) -> str:
    """The key for a service address, or "".

    The environment's key is for `session_url`, the address that was in force where the environment was set.
    """
    key, wanted = environment.get(KEY_VARIABLE, "").strip(), origin(url)
    if key and wanted and wanted == origin(session_url):
        return key
    return _read(credentials).get(wanted, "")


def fingerprint(url: str, environment: Mapping[str, str] = os.environ) -> str:
    """What tells the environment's key from another one without telling the key; "" without one."""
    key = environment.get(KEY_VARIABLE, "").strip()
    return hashlib.sha256(f"{origin(url)} {key}".encode()).hexdigest()[:12] if key else ""


def store_key(credentials: Path, url: str, key: str) -> None:
    """Keep a key for an address; an empty one is forgotten, and one for what is no address. Raises `OSError`."""
    keys = _read(credentials)
    wanted = origin(url)
    keys.pop(wanted, None)
    if key.strip() and wanted:
        keys[wanted] = key.strip()
    credentials.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file readable by its owner only from its first byte on
    descriptor, temporary = tempfile.mkstemp(dir=credentials.parent, prefix=".credentials-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(keys, file)
        Path(temporary).replace(credentials)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _read(credentials: Path) -> dict[str, str]:
    try:
        keys = json.loads(credentials.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(key) for name, key in keys.items()} if isinstance(keys, dict) else {}
