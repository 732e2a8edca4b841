# SPDX-License-Identifier: GPL-3.0-or-later
"""All words that an artist reads, in the language of Blender's interface; a missing one is English.

Runs in Blender's process. The rest of the extension speaks English. What Blender draws by itself (labels, tooltips) it
looks up by itself, in what is registered here; sentences with values in them are translated where they are shown, by
`translate`.

How to add a word, or to translate one, is told in CONTRIBUTING.md.
"""

from __future__ import annotations

from .language import follow as _follow
from .language import forget as _forget
from .language import translate

__all__ = ["register", "translate", "unregister"]


def register() -> None:
    """Give Blender the words of the language in force, now and whenever the language changes."""
    _follow()


def unregister() -> None:
    """Undo `register`."""
    _forget()
