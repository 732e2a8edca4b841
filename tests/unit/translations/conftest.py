# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the words importable without Blender, which the room's own `__init__` needs; and the tools."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

_package = types.ModuleType("renderjuice.translations")
_package.__path__ = [str(ROOT / "translations")]
sys.modules.setdefault("renderjuice.translations", _package)
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

LANGUAGES = ("french", "german", "japanese", "simplified_chinese", "spanish")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """The module of each language in turn."""
    return str(request.param)


@pytest.fixture
def messages(language: str) -> dict[str, str]:
    """All that a language says, by the English text."""
    found = importlib.import_module(f"renderjuice.translations.languages.{language}").MESSAGES
    assert isinstance(found, dict)
    return found
