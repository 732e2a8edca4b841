# SPDX-License-Identifier: GPL-3.0-or-later
"""The search finds what is shown and only that, and names what cannot be collected."""

from __future__ import annotations

import pytest

from tools.shown_texts import find_texts, places_in

SHOWN = '''
"""A module's description is not shown."""
import bpy

WAYS = (("FIRST", "First Way", "The first of all"), ("SECOND", "Second Way", "", "ICON", 2))
LABELS = {"key": Message("A label in a table"), "other": "This is no message"}

class X_OT_y(bpy.types.Operator):
    """Tooltip of the operator"""

    bl_idname = "x.y"
    bl_label = "Label"
    size: bpy.props.IntProperty(name="Size", description="How large it is", options={"SKIP_SAVE"})
    kind: bpy.props.EnumProperty(items=[("BIG", "Big", "It is big"), ("SMALL", "Small", "")])
    way: bpy.props.EnumProperty(items=WAYS, name="Way")
    made: _property("field", description="How it is made", items=[("BIG", "Bigger", "")])

    def execute(self, context):
        """Not shown either."""
        logger.info("opened the file %s", self.size)
        self.layout.label(text="Word", icon="NONE")
        self.layout.prop(self, "size", text="", heading="Heading", placeholder="Placeholder")
        self.layout.operator("x.y", text="One" if self.size else "Several")
        self.layout.label(text=f"{self.size} things", translate=False)
        Path.open(text="No layout", message="No undo")
        bpy.ops.ed.undo_push(message="Undo Step")
        self.report({"ERROR"}, translate(Message("The file “{}” is large: {}.", context.name, f"{self.size:,}")))
        raise ValueError(Message("It went wrong " "and more."))

class X_OT_z(bpy.types.Operator):
    """A description of the code"""
    bl_description = "Its tooltip"

class X_MT_menu(bpy.types.Menu):
    """Tooltip of the menu"""

class X_PT_panel(bpy.types.Panel):
    """A description of the code"""
    bl_label = "Panel"
    @classmethod
    def poll(cls, context):
        cls.poll_message_set(translate(NOT_NOW))
        return "Nothing that reads like a sentence is taken."
'''


def test_the_search_finds_what_is_shown_and_only_that() -> None:
    found = find_texts(SHOWN)
    assert [text for text, _line in found.texts] == [
        "A label in a table",
        "Tooltip of the operator",
        "Label",
        "Size",
        "How large it is",
        "Big",
        "It is big",
        "Small",
        "Way",
        "First Way",
        "The first of all",
        "Second Way",
        "How it is made",
        "Bigger",
        "Word",
        "Heading",
        "Placeholder",
        "One",
        "Several",
        "Undo Step",
        "The file “{}” is large: {}.",
        "It went wrong and more.",
        "Its tooltip",
        "Tooltip of the menu",
        "Panel",
    ]
    assert found.faults == []
    assert dict(found.texts)["Label"] == 12


@pytest.mark.parametrize(
    "call",
    [
        'Message(f"{count} frames")',
        'Message("frames" + more)',
        "Message(template)",
        'Message(TEXTS["key"], 3)',
        "Message()",
        'Message("{} of {}", 3)',
        'Message("{}")',
        'Message("frames", 3)',
        'Message("{count} frames", 3)',
        'Message("{0} frames", 3)',
        'Message("{} of }", 3)',
        'translate("A sentence.")',
        'translate(f"{count} frames")',
        'translate(problem + ".")',
        "translate(str(error))",
        "translate(problem.strip())",
        'translate("one" if count == 1 else Message("several"))',
        'self.report({"ERROR"}, "A sentence.")',
        'self.report({"ERROR"}, f"The reason: {translate(reason)}")',
        'self.report({"ERROR"}, translate(reason) + " and more")',
        'draw_text(column, context, f"{label}: {value}")',
        'cls.poll_message_set("Not now")',
        'layout.label(text=f"{count} frames")',
        'bpy.props.IntProperty(name="Frames of " + kind)',
    ],
)
def test_a_text_that_cannot_be_collected_is_a_fault(call: str) -> None:
    assert [line for _fault, line in find_texts(f"\n\n{call}\n").faults] == [3]


@pytest.mark.parametrize(
    "call",
    [
        'Message("{} and {}", *names)',
        'Message("A lone { in what has no values.")',
        'Message("")',
        'translate("")',
        'translate(Message("A sentence."))',
        "translate(finding.sentence)",
        'self.report({"ERROR"}, translate(message_of(error)))',
        'self.report({"ERROR"}, translate(message_of(error)).strip())',
        'self.report({"ERROR"}, f"{job.name}: {translate(reason)}")',
        "draw_text(column, context, job.trouble, icon='INFO')",
        'layout.label(text=f"{count} frames", translate=False)',
        "layout.operator('x.y', text=LABELS[kind])",
        'report("A text of a function that has nothing to do with it")',
    ],
)
def test_what_can_be_collected_is_no_fault(call: str) -> None:
    assert find_texts(call).faults == []


def test_places() -> None:
    assert places_in("{} of {name} and {{}}") == ["", "name"]
    assert places_in("nothing") == []
    with pytest.raises(ValueError, match="encountered"):
        places_in("a lone {")
