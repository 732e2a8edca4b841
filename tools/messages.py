# SPDX-License-Identifier: GPL-3.0-or-later
"""All texts for the artist, with the places where they are written, and how complete each language is.

`python3 -m tools.messages` lists the texts; `python3 -m tools.messages --missing german` lists those that a language
lacks.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools import rooms
from tools.errors import CannotGoOn
from tools.paths import ROOT
from tools.shown_texts import find_texts

LANGUAGES = "translations/languages"
"""The folder with one folder for each language, which has a module for each room."""


@dataclass(frozen=True)
class Texts:
    """The texts of all rooms: each with the first place where it is written (`jobs/worker/cancel.py:30`).

    `faults` are sentences that begin with a place. They name texts that cannot be collected.
    """

    places: Mapping[str, str]
    faults: tuple[str, ...]

    @property
    def needed(self) -> list[str]:
        """The texts that every language has to have.

        A text without a small letter (signs, units, abbreviations) may be the same in every language, so that a
        language has it only where it differs.
        """
        return [text for text in self.places if any(map(str.islower, text))]


@dataclass(frozen=True)
class Share:
    """How complete a language is. `missing` are texts that it lacks, `stale` those that the extension no longer has."""

    language: str
    needed: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]

    def __str__(self) -> str:
        """`german 99 % of 688: 2 missing, 1 stale`; 100 % only when nothing is missing."""
        percent = 100 * (self.needed - len(self.missing)) // self.needed if self.needed else 100
        counts = {"missing": len(self.missing), "stale": len(self.stale)}
        rest = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"{self.language} {percent} % of {self.needed}" + (f": {rest}" if rest else "")


def gather(root: Path = ROOT) -> Texts:
    """All texts, in the order of rooms, files and lines."""
    places: dict[str, str] = {}
    faults: list[str] = []
    for room in rooms.SHOWN:
        for path in sorted((root / room).rglob("*.py")):
            found, place = find_texts(path.read_text(encoding="utf-8")), path.relative_to(root).as_posix()
            for text, line in found.texts:
                places.setdefault(text, f"{place}:{line}")
            faults += [f"{place}:{line}: {fault}" for fault, line in found.faults]
    return Texts(places, tuple(faults))


def languages(root: Path = ROOT) -> list[str]:
    """The names of all languages, as their folders are called."""
    return sorted(path.parent.name for path in (root / LANGUAGES).glob("*/__init__.py"))


def words_of(language: str, root: Path = ROOT) -> dict[str, str]:
    """The translations of one language by their English texts. Raises `CannotGoOn` when it has none."""
    if language not in languages(root):
        raise CannotGoOn(f"There is no language {language}; there are {', '.join(languages(root))}.")
    paths = sorted((root / LANGUAGES / language).glob("*.py"))
    return {text: word for path in paths if path.stem != "__init__" for text, word in _words_in(path).items()}


def _words_in(path: Path) -> dict[str, str]:
    """The translations in one module of a language. Raises `CannotGoOn` when it has none."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "MESSAGES" and node.value is not None:
            words: dict[str, str] = ast.literal_eval(node.value)
            return words
    raise CannotGoOn(f"{path} has no MESSAGES.")


def share_of(language: str, texts: Texts, root: Path = ROOT) -> Share:
    """How complete a language is. Raises `CannotGoOn` when there is no such language."""
    words, needed = words_of(language, root), texts.needed
    missing = tuple(text for text in needed if text not in words)
    return Share(language, len(needed), missing, tuple(text for text in words if text not in texts.places))


def report(root: Path = ROOT) -> bool:
    """Print each language's share, and every text that cannot be collected. False when there is one of those."""
    print("\n== the words", flush=True)
    texts = gather(root)
    for language in languages(root):
        print(share_of(language, texts, root))
    for fault in texts.faults:
        print(fault)
    return not texts.faults


def demand_complete(root: Path = ROOT) -> None:
    """Raise `CannotGoOn` with a list of the missing texts unless every language has all of them."""
    texts = gather(root)
    shares = [share_of(language, texts, root) for language in languages(root)]
    lines = list(texts.faults)
    for share in shares:
        lines += [f"{share.language} lacks: {text} ({texts.places[text]})" for text in share.missing]
    if lines:
        raise CannotGoOn("A release has every text in every language.\n" + "\n".join(lines))


def main(arguments: list[str]) -> int:
    """List the texts with their places. Gives the exit code, which is 1 when a text cannot be collected."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.messages", description=__doc__)
    parser.add_argument("--missing", metavar="LANGUAGE", help="only the texts that this language lacks")
    options = parser.parse_args(arguments)
    texts = gather()
    for text in share_of(options.missing, texts).missing if options.missing else texts.places:
        print(f"{texts.places[text]}\t{text}")
    for fault in texts.faults:
        print(fault, file=sys.stderr)
    return 1 if texts.faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotGoOn as error:
        sys.exit(str(error))
