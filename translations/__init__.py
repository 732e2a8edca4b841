# SPDX-License-Identifier: GPL-3.0-or-later
"""All words that an artist reads, in the language of Blender's interface; a missing one is English.

Runs in Blender's process. The rest of the extension speaks English. Blender translates labels and tooltips by itself,
from what is registered here. Every other text is a `Message` (`messages/message.py`), which `translate` translates
where it is shown.

To add a word:
1. Write it in English where it belongs. A text that Blender shows by itself is a plain literal: `bl_label`, the
   docstring of an operator (its tooltip), `name`, `description` and items of a property, `text="…"` of a layout call.
   Every other text is a `Message`, whose first argument is a literal with `{}` for each value:
   `Message("“{}” is rendered.", job.name)`. Names of files, jobs and scenes stand between “ and ”.
2. `python3 build.py lint` prints how complete each language is. A language that lacks the word shows it in English.
3. `python3 -m tools.messages --missing german` lists what German lacks, with the place where each text is written.
4. Add the English text and its translation to the module of its room in `languages/german/`.

A translation has `{}` for each value, or `{1}` and `{0}` where its order is another one. It ends with the same sign as
the English text. A unit test finds words that the extension no longer has; a release demands every word in every
language.
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
