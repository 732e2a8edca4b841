# SPDX-License-Identifier: GPL-3.0-or-later
"""What a finding says: a template and its values, so that each part is translated by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import library_with, show_image

Find = Callable[[], list[Any]]
Load = Callable[[str], ModuleType]


@pytest.fixture
def load_image(scene: bpy.types.Scene, project: Path) -> Callable[[str], bpy.types.Image]:
    """Makes an image whose file is missing, and that the scene needs."""

    def load(name: str) -> bpy.types.Image:
        path = project / name
        image = bpy.data.images.new("picture", 4, 4)
        image.filepath_raw, image.file_format = str(path), "PNG"
        image.save()
        bpy.data.images.remove(image)
        image = bpy.data.images.load(f"//{name}")
        path.unlink()
        show_image(image)
        return image

    return load


def templates_of(text: Any) -> list[str]:
    """The templates of a message and of the messages in it. A plain string has none."""
    if not hasattr(text, "template"):
        return []
    return [text.template, *(template for value in text.values for template in templates_of(value))]


def test_a_kind_is_a_message_and_a_name_is_none(find: Find, load_image: Callable[[str], bpy.types.Image]) -> None:
    load_image("Image.png")
    (found,) = find()
    assert templates_of(found.what) == ["{} is missing: there is no file {}.", "{} “{}”", "Image"]
    assert templates_of(found.fix) == ["Find it with File > External Data > Find Missing Files."]


def test_both_parts_of_a_sentence_stay_templates(scene: bpy.types.Scene, find: Find) -> None:
    bpy.data.objects["Cube"].modifiers.new("flag", "CLOTH")
    (found,) = find()
    assert templates_of(found.sentence) == [
        "{} {}",
        "{} {}",
        "{} is not baked.",
        "{} “{}”",
        "Cloth simulation",
        "On a farm, every frame may be rendered by another machine.",
        "Bake it in the Physics properties, under Cache.",
    ]
    assert found.sentence == f"{found.what} {found.fix}"


def test_a_range_that_is_none_keeps_its_template(scene: bpy.types.Scene, find: Find) -> None:
    scene.frame_start, scene.frame_end = 1, 1_048_574
    (found,) = find()
    template, *_rest = templates_of(found.what)
    assert template.startswith("{} frames are more than one job can take")
    assert found.what.values[0] == "1,048,574"


def test_what_is_linked_cannot_be_selected(scene: bpy.types.Scene, project: Path, load: Load) -> None:
    module = load("scene.preflight.finding")
    message = load("messages.message").Message
    own = bpy.data.materials.new("Glass")
    library = library_with(project / "library.blend", own)
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.materials = ["Glass"]

    def collection_of(datablock: bpy.types.ID) -> str:
        finding = module.finding_about(
            datablock, "materials", severity=module.Severity.WARNING, what=message("Odd."), fix=message("")
        )
        assert finding.datablock == "Glass"
        return str(finding.collection)

    assert (collection_of(own), collection_of(wanted.materials[0])) == ("materials", "")


def test_scripts_get_plain_text(find: Find, load_image: Callable[[str], bpy.types.Image]) -> None:
    load_image("gone.png")
    (found,) = find()
    written = json.loads(json.dumps(asdict(found)))
    assert written["what"] == str(found.what)
    assert (written["severity"], written["collection"], written["remedy"]) == ("error", "images", "find_files")
