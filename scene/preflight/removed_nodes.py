# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes that Blender once had and took out without putting others in their place, by their first names.

A file keeps them as nodes of an unknown kind, and their name is all that a script is told of them (4.2 to 5.2).
"""

from __future__ import annotations

import re

NUMBERED = re.compile(r"\.\d{3,}$")
"""What Blender puts behind the name of a second node of a kind."""

# before 3.0, when attributes had names only
_ATTRIBUTE_NODES = (
    *("Clamp", "Color Ramp", "Combine XYZ", "Compare", "Convert", "Curve Map", "Fill", "Map Range", "Math", "Mix"),
    *("Proximity", "Randomize", "Sample Texture", "Separate XYZ", "Transfer", "Vector Math", "Vector Rotate"),
)
_POINT_NODES = ("Distribute", "Instance", "Rotate", "Scale", "Separate", "Translate")
_OTHER_GEOMETRY_NODES = (
    *("Align Rotation to Vector", "Curve Endpoints", "Curve Reverse", "Curve Subdivide", "Curve to Points"),
    *("Delete Geometry", "Edge Split", "Material Assign", "Mesh to Curve", "Points to Volume", "Raycast"),
    *("Select by Handle Type", "Select by Material", "Set Handle Type", "Set Spline Type", "Subdivision Surface"),
    *("Transfer Attribute", "Volume to Mesh"),
)
REMOVED = {
    "GeometryNodeTree": frozenset(
        (
            *(f"Attribute {name}" for name in _ATTRIBUTE_NODES),
            *(f"Point {name}" for name in _POINT_NODES),
            *_OTHER_GEOMETRY_NODES,
        )
    ),
    # of Blender Internal, and of Cycles
    "ShaderNodeTree": frozenset(
        ("Extended Material", "Geometry", "Lamp", "Lamp Data", "Material", "Point Density", "Squeeze Value", "Texture")
    ),
    "CompositorNodeTree": frozenset(("Composite", "Map Value", "Sun Beams", "Texture")),
}
"""The names of each kind of node tree."""


def was_of_blender(tree: str, node: str) -> bool:
    """True for an unknown node, by the kind of its tree and its name, that was one of Blender itself."""
    return NUMBERED.sub("", node) in REMOVED.get(tree, ())
