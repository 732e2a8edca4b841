# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the texts for the artist in the source of one module. Only what is explicit counts; nothing is guessed.

Two kinds of texts are shown: the template of each `Message("…")`, and the literals that Blender looks up by itself.
Those are labels and tooltips of classes, names, descriptions and items of properties, texts of layout calls, and names
of undo steps.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MESSAGE = "Message"
CLASS_ATTRIBUTES = frozenset({"bl_label", "bl_description"})
CLASSES_WITH_TOOLTIP = re.compile(r"_(OT|MT)_")
"""Operators and menus: Blender takes the docstring for the tooltip where there is no `bl_description`."""

PROPERTY_CALL = re.compile(r"(Bool|Int|Float|String|Enum|Pointer|Collection)(Vector)?Property|\w*_property")
"""The functions of `bpy.props`, and our own that make a property in the same words."""

PROPERTY_KEYWORDS = frozenset({"name", "description"})
LAYOUT_CALLS = frozenset(
    {
        *("label", "operator", "operator_menu_enum", "prop", "prop_menu_enum", "prop_search", "menu", "popover"),
        *("progress", "row", "column"),
    }
)
"""The methods of `UILayout` whose texts Blender looks up."""

LAYOUT_KEYWORDS = frozenset({"text", "heading", "placeholder"})
UNDO_CALL = "undo_push"
"""The operator that names a step of Edit > Undo History: Blender looks up its `message`."""

MESSAGE_ARGUMENTS = {"translate": 0, "poll_message_set": 0, "report": 1, "draw_text": 2}
"""Functions that show a text, and which of their arguments it is: that has to be a `Message`, whole as it was made."""

PLAIN_RESULTS = frozenset({"str", "strip", "rstrip", "removesuffix", "lower", "upper", "capitalize", "format", "join"})
"""Functions and methods that give a plain string, also for a `Message`."""


@dataclass
class Found:
    """The texts of a module and what is wrong with them, each with its line."""

    texts: list[tuple[str, int]] = field(default_factory=list)
    faults: list[tuple[str, int]] = field(default_factory=list)


def find_texts(source: str) -> Found:
    """The texts of one module in the order of its lines."""
    tree = ast.parse(source)
    finder = _Finder(_constants(tree))
    finder.visit(tree)
    return finder.found


def places_in(template: str) -> list[str]:
    """What stands between the braces of each place of a template: "" for `{}`. Raises `ValueError` for a lone brace."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


class _Finder(ast.NodeVisitor):
    def __init__(self, constants: dict[str, ast.expr]) -> None:
        self.found = Found()
        self._constants = constants

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Take the label and the tooltip of a class."""
        assigned = {name: value for statement in node.body for name, value in _assignments(statement)}
        docstring = ast.get_docstring(node)
        if docstring and CLASSES_WITH_TOOLTIP.search(node.name) and "bl_description" not in assigned:
            self.found.texts.append((docstring, node.lineno))
        for name in sorted(CLASS_ATTRIBUTES & assigned.keys()):
            self._take(assigned[name])
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Take the texts of a call, whatever is called."""
        name = _called(node)
        if name == MESSAGE:
            self._take_message(node)
        elif PROPERTY_CALL.fullmatch(name):
            self._take_property(node)
        elif name in LAYOUT_CALLS and isinstance(node.func, ast.Attribute) and not _is_translated_already(node):
            self._take_keywords(node, LAYOUT_KEYWORDS)
        elif name == UNDO_CALL:
            self._take_keywords(node, frozenset({"message"}))
        elif name in MESSAGE_ARGUMENTS:
            self._check_argument(node, MESSAGE_ARGUMENTS[name])
        self.generic_visit(node)

    def _take_message(self, node: ast.Call) -> None:
        template = node.args[0] if node.args else None
        if not isinstance(template, ast.Constant) or not isinstance(template.value, str):
            self._report(node, "the template of a Message has to be a literal, or it cannot be collected")
            return
        self._take(template)
        values = node.args[1:]
        if any(isinstance(value, ast.Starred) for value in values):
            return
        try:
            places = places_in(template.value)
        except ValueError as error:
            if values:
                self._report(node, f"the template of a Message cannot be filled: {error}")
            return
        if any(places):
            self._report(node, "the template of a Message has only {} for its values")
        elif len(places) != len(values):
            self._report(node, f"a Message has {len(places)} places and {len(values)} values")

    def _take_property(self, node: ast.Call) -> None:
        self._take_keywords(node, PROPERTY_KEYWORDS)
        for keyword in node.keywords:
            if keyword.arg == "items":
                for item in _elements(self._resolve(keyword.value)):
                    for text in _elements(item)[1:3]:
                        self._take(text)

    def _take_keywords(self, node: ast.Call, names: frozenset[str]) -> None:
        for keyword in node.keywords:
            if keyword.arg in names:
                if any(map(_is_put_together, _choices(keyword.value))):
                    self._report(node, f"{keyword.arg}= is put together, so that Blender cannot look it up")
                self._take(keyword.value)

    def _check_argument(self, node: ast.Call, position: int) -> None:
        for argument in node.args[position : position + 1]:
            if any(map(_is_plain, _choices(argument))):
                self._report(
                    node, f"the text that {_called(node)} is given has to be a Message, or is never translated"
                )

    def _take(self, node: ast.expr) -> None:
        """Take a literal, or both of `"one" if … else "other"`. Anything else was collected where it was written."""
        for choice in _choices(node):
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str) and choice.value:
                self.found.texts.append((choice.value, choice.lineno))

    def _report(self, node: ast.expr, text: str) -> None:
        self.found.faults.append((text, node.lineno))

    def _resolve(self, node: ast.expr) -> ast.expr:
        return self._constants.get(node.id, node) if isinstance(node, ast.Name) else node


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The values of the module's own names."""
    return {name: value for statement in tree.body for name, value in _assignments(statement)}


def _assignments(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def _elements(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else ()


def _choices(node: ast.expr) -> Iterator[ast.expr]:
    """The expression, or what `… if … else …` chooses between."""
    if isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    else:
        yield node


def _is_translated_already(node: ast.Call) -> bool:
    return any(
        keyword.arg == "translate" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in node.keywords
    )


def _is_text_with_words(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and any(map(str.islower, node.value))


def _is_put_together(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def _is_plain(node: ast.expr) -> bool:
    """True for what is certainly a plain English string. A name or another call may be a `Message`."""
    if _is_text_with_words(node) or any(map(_is_text_with_words, _parts(node))):
        return True
    is_made_plain = _is_put_together(node) or (isinstance(node, ast.Call) and _called(node) in PLAIN_RESULTS)
    return is_made_plain and not _is_translated(node)


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    """What an f-string or a sum is made of."""
    match node:
        case ast.JoinedStr(values=parts):
            return parts
        case ast.BinOp(left=left, right=right):
            return (left, right)
    return ()


def _is_translated(node: ast.expr) -> bool:
    """True when something in it is translated: `translate(reason).rstrip(".")`."""
    return any(isinstance(part, ast.Call) and _called(part) == "translate" for part in ast.walk(node))
