# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown in the Render properties. Draws state, changes nothing."""

from __future__ import annotations

import bpy

from . import render_properties

classes = render_properties.classes


register, unregister = bpy.utils.register_classes_factory(classes)
