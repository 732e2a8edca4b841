# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that an artist may see, gathered from the source of what ships: `python3 -m tools.messages` lists them.

Generous on purpose: every text that reads like a sentence, wherever it stands, and every label in a place where Blender
shows labels. What is nevertheless not for the artist stands in the test of the translations, each with its reason.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import rooms

ROOT = Path(__file__).resolve().parent.parent
ROOMS = rooms.SHOWN

LABEL_KEYWORDS = frozenset({"text", "name", "description", "heading", "title", "message", "label"})
LABEL_ATTRIBUTES = frozenset({"bl_label", "bl_description", "default_message", "next_step"})
LABEL_CALLS = frozenset({"translate", "poll_message_set", "report"})
SHOWN_CLASSES = re.compile(r"_(OT|MT)_")
"""Classes whose docstring is a tooltip: operators and menus."""

NOT_SHOWN_CALLS = frozenset({"compile", "execute", "executemany", "executescript", "getLogger", "add_argument"})
NOT_SHOWN_OBJECTS = frozenset({"logger", "logging", "re", "warnings"})
STATEMENT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN|ALTER|DROP)\b")
WORD = re.compile(r"[A-Za-z]{2,}")
CAPITALIZED = re.compile(r"[A-Z][a-z]+(\.\.\.|…)?")
IDENTIFIER = re.compile(r"[A-Z0-9_]+|[a-z0-9_.]+")


@dataclass(frozen=True)
class Message:
    """A text with `{}` where a value is filled in, and the first place it was found at (`jobs/worker/cancel.py:30`)."""

    text: str
    place: str


def gather(root: Path = ROOT) -> dict[str, Message]:
    """All messages by their text, in the order of rooms, files and lines."""
    found: dict[str, Message] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            for text, line in messages_in(path.read_text(encoding="utf-8")):
                found.setdefault(text, Message(text, f"{path.relative_to(root).as_posix()}:{line}"))
    return found


def messages_in(source: str) -> Iterator[tuple[str, int]]:
    """The messages of one module, each with its line."""
    yield from _visit(ast.parse(source), is_label=False)


def _visit(node: ast.AST, *, is_label: bool) -> Iterator[tuple[str, int]]:
    match node:
        case ast.Constant(value=str(text)):
            if _is_message(text, is_label=is_label):
                yield text.strip(), node.lineno
        case ast.JoinedStr():
            for template in _templates(node):
                if _is_message(template, is_label=is_label):
                    yield template.strip(), node.lineno
            for value in node.values:
                if isinstance(value, ast.FormattedValue) and not isinstance(value.value, ast.IfExp):
                    yield from _visit(value.value, is_label=False)
        case ast.Call():
            yield from _visit_call(node, is_label=is_label)
        case ast.Assign(targets=[ast.Name(id=name)]) if name in LABEL_ATTRIBUTES:
            yield from _visit(node.value, is_label=True)
        case ast.Tuple(elts=[ast.Constant(value=str(identifier)), *rest]) if IDENTIFIER.fullmatch(identifier):
            # an enum item: its identifier is no word, its name and its description are
            for element in rest:
                yield from _visit(element, is_label=True)
        case ast.Dict():
            for key in node.keys:
                if key is not None:
                    yield from _visit(key, is_label=False)
            for value in node.values:
                yield from _visit(value, is_label=is_label)
        case ast.ClassDef():
            yield from _visit_class(node)
        case ast.Expr(value=ast.Constant(value=str())):
            return  # the description of a constant
        case ast.Compare() | ast.Subscript():
            for child in ast.iter_child_nodes(node):
                yield from _visit(child, is_label=False)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _visit(child, is_label=is_label)


def _visit_class(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    if SHOWN_CLASSES.search(node.name) and not any(_assigned(statement) == "bl_description" for statement in node.body):
        docstring = ast.get_docstring(node)
        if docstring:
            yield docstring, node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _visit(child, is_label=False)


def _visit_call(node: ast.Call, *, is_label: bool) -> Iterator[tuple[str, int]]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    owner = function.value if isinstance(function, ast.Attribute) else None
    if name in NOT_SHOWN_CALLS or (isinstance(owner, ast.Name) and owner.id in NOT_SHOWN_OBJECTS):
        return
    yield from _visit(function, is_label=is_label)
    for argument in node.args:
        yield from _visit(argument, is_label=is_label or name in LABEL_CALLS)
    for keyword in node.keywords:
        yield from _visit(keyword.value, is_label=keyword.arg in LABEL_KEYWORDS)


def _assigned(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _templates(node: ast.expr) -> list[str]:
    """A text with `{}` for each value; several where a value is one of two texts: `{"s" if many else ""}`."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            choices = [_templates(part) for part in parts]
            return ["".join(chosen) for chosen in itertools.product(*choices)]
        case ast.FormattedValue(value=ast.IfExp() as value):
            return [*_templates(value.body), *_templates(value.orelse)]
    return ["{}"]


def _is_message(text: str, *, is_label: bool) -> bool:
    """True for a text of several words and for a word with a capital; in the place of a label for any word."""
    text = text.strip()
    words = WORD.findall(text)
    if STATEMENT.match(text) or not words:
        return False
    if is_label and not IDENTIFIER.fullmatch(text):
        return True
    return " " in text or bool(CAPITALIZED.fullmatch(text))


def main() -> int:
    """List all messages with their places."""
    for message in gather().values():
        print(f"{message.place}\t{message.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
