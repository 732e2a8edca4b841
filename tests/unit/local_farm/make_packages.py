# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: makes scenes that read files of all kinds, and the files.

`make_packages.py FOLDER` writes
`whole/`: `shot.blend` with everything that it reads, and with much that no render reads, whose files are not there;
`cut/`: `shot.blend` with strips, which are rendered in place of its objects;
`outside.blend`: the same with absolute paths to the files in `whole/`, and one path that climbs out of the package;
`sequence/`: `shot.blend` with an image sequence of four frames, and compositing that is switched off.
"""

import os
import shutil
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy  # noqa: TID251 - this script runs inside Blender

SIZE = 16
LAYERED = '#usda 1.0\ndef "Stage" (references = @./layers/inner.usda@)\n{\n}\n'
INCLUDING = '#include "tint.h"\n#include "stdcycles.h"\nshader plain(output color Color = 0) {}\n'
IS_NEW = bpy.app.version >= (5, 0)


def fresh_scene(blend: Path) -> bpy.types.Scene:
    """Give the factory scene, small and quick, saved at its place."""
    bpy.ops.wm.read_factory_settings()
    bpy.context.preferences.filepaths.save_version = 0
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.device, scene.cycles.samples = "CYCLES", "CPU", 1
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    scene.render.compositor_device = "CPU"
    scene.frame_start, scene.frame_end = 1, 4
    save(blend)
    return scene


def save(path: Path) -> None:
    """Save without moving any path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False, relative_remap=False)


def absolute(path: str) -> Path:
    """Give the place of a path that is relative to the open .blend."""
    place = Path(bpy.path.abspath(path))
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def dummy(path: str) -> str:
    """Put something there that only has to exist."""
    absolute(path).write_bytes(b"something")
    return path


def picture(path: str) -> str:
    """Put a small picture there."""
    image = bpy.data.images.new("picture", 4, 4)
    image.filepath_raw, image.file_format = str(absolute(path)), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def image(path: str, source: str = "FILE") -> bpy.types.Image:
    """Give an image with this path, whether a file is there or not."""
    made = bpy.data.images.new(Path(path).stem, 4, 4)
    made.source, made.filepath = source, path
    return made


def nodes_of(owner: Any) -> bpy.types.NodeTree:
    """Give the node tree of a material, light or world."""
    if owner.node_tree is None:
        owner.use_nodes = True
    return owner.node_tree


def with_node(tree: bpy.types.NodeTree, kind: str, **settings: Any) -> bpy.types.Node:
    """Give a new shader node whose first output leads to an output of its own."""
    end = next(node.bl_idname for node in tree.nodes if node.bl_idname.startswith("ShaderNodeOutput"))
    node, taker = tree.nodes.new(kind), tree.nodes.new(end)
    for name, value in settings.items():
        setattr(node, name, value)
    if node.outputs:
        tree.links.new(node.outputs[0], taker.inputs["Surface"])
    return node


def material_on(holder: bpy.types.Object, name: str) -> bpy.types.NodeTree:
    """Give the nodes of a new material of the object."""
    material = bpy.data.materials.new(name)
    holder.data.materials.append(material)
    return nodes_of(material)


def add_object(name: str, data: Any) -> bpy.types.Object:
    """Give a new object in the scene."""
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    return made


def add_plane(name: str) -> bpy.types.Object:
    """Give a new square in the scene."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    return add_object(name, mesh)


def compositor(scene: bpy.types.Scene) -> bpy.types.NodeTree:
    """Give the scene's compositing nodes."""
    if not IS_NEW:
        scene.use_nodes = True
        return scene.node_tree
    scene.compositing_node_group = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
    return scene.compositing_node_group


def add_images(scene: bpy.types.Scene) -> None:
    """Single, tiled, numbered and moving pictures in a material, the world and the compositor."""
    tree = material_on(scene.objects["Cube"], "pictures")
    with_node(tree, "ShaderNodeTexImage", image=image(picture("//textures/single.png")))
    tiles = image("//textures/tiles.<UDIM>.png", "TILED")
    tiles.tiles.new(1012)
    for number in (1001, 1012):
        picture(f"//textures/tiles.{number}.png")
    with_node(tree, "ShaderNodeTexImage", image=tiles)
    add_sequence(tree)
    with_node(tree, "ShaderNodeTexImage", image=image(dummy("//textures/moving.mp4"), "MOVIE"))
    sky = image(picture("//textures/sky.png"))
    with_node(nodes_of(scene.world), "ShaderNodeTexEnvironment", image=sky)
    tree = compositor(scene)
    add_card(tree, picture("//textures/card.png"))
    clip, writer = tree.nodes.new("CompositorNodeMovieClip"), add_writer(tree)
    for number in range(1, 5):
        picture(f"//clip/plate_{number:03}.png")
    clip.clip = bpy.data.movieclips.load(str(absolute("//clip/plate_001.png")))
    clip.clip.filepath = "//clip/plate_001.png"
    tree.links.new(clip.outputs[0], writer.inputs[0])
    texture = bpy.data.textures.new("bumps", "IMAGE")
    texture.image = image(picture("//textures/bumps.png"))
    scene.objects["Cube"].modifiers.new("bumps", "DISPLACE").texture = texture


def add_card(tree: bpy.types.NodeTree, path: str) -> None:
    """A picture in the compositor."""
    shown, writer = tree.nodes.new("CompositorNodeImage"), add_writer(tree)
    shown.image = image(path)
    tree.links.new(shown.outputs[0], writer.inputs[0])


def add_writer(tree: bpy.types.NodeTree) -> bpy.types.Node:
    """Give a File Output node with one input."""
    writer = tree.nodes.new("CompositorNodeOutputFile")
    if IS_NEW:
        writer.file_output_items.new("RGBA", "picture")
    return writer


def add_sequence(tree: bpy.types.NodeTree) -> None:
    """A sequence of four frames."""
    for number in range(1, 5):
        picture(f"//textures/seq_{number:04}.png")
    node = with_node(tree, "ShaderNodeTexImage", image=image("//textures/seq_0001.png", "SEQUENCE"))
    node.image_user.frame_duration, node.image_user.frame_start = 4, 1
    node.image_user.use_auto_refresh = True


def add_files_of_datablocks(scene: bpy.types.Scene) -> None:
    """A font, a sound, volumes and an Alembic cache."""
    font = next(Path(bpy.utils.resource_path("LOCAL")).glob("datafiles/fonts/*.woff2"))
    shutil.copyfile(font, absolute("//fonts/font.woff2"))
    curve = bpy.data.curves.new("words", "FONT")
    curve.font = bpy.data.fonts.load(str(absolute("//fonts/font.woff2")))
    curve.font.filepath = "//fonts/font.woff2"
    add_object("words", curve)
    with wave.open(str(absolute("//sounds/sound.wav")), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(1600))
    speaker = bpy.data.speakers.new("speaker")
    speaker.sound = bpy.data.sounds.load(str(absolute("//sounds/sound.wav")))
    speaker.sound.filepath = "//sounds/sound.wav"
    add_object("speaker", speaker)
    for name in ("cloud", "smoke_0001"):
        volume = bpy.data.volumes.new(name)
        volume.filepath = dummy(f"//volumes/{name}.vdb")
        add_object(name, volume)
    volume.is_sequence, volume.frame_duration, volume.sequence_mode = True, 2, "CLIP"
    dummy("//volumes/smoke_0002.vdb")
    absolute(dummy("//caches/stage.usda")).write_text(LAYERED)
    absolute(dummy("//caches/layers/inner.usda")).write_text("#usda 1.0\n")
    for name in ("crowd.abc", "stage.usda"):
        path = absolute(f"//caches/{name}")
        bpy.ops.cachefile.open(filepath=str(path if path.exists() else absolute(dummy(f"//caches/{name}"))))
        bpy.data.cache_files[name].filepath = f"//caches/{name}"
        cached = add_plane(name).modifiers.new("cache", "MESH_SEQUENCE_CACHE")
        cached.cache_file = bpy.data.cache_files[name]


def add_caches(scene: bpy.types.Scene) -> None:
    """A mesh cache and a cloth that is baked to disk."""
    cached = add_plane("cached").modifiers.new("cache", "MESH_CACHE")
    cached.filepath = dummy("//caches/mesh.pc2")
    cloth = add_plane("cloth")
    cache = cloth.modifiers.new("cloth", "CLOTH").point_cache
    cache.use_disk_cache, cache.frame_start, cache.frame_end = True, 1, 2
    with bpy.context.temp_override(scene=scene, active_object=cloth, object=cloth, point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)


def add_node_files(scene: bpy.types.Scene) -> None:
    """A lamp's profile, an OSL script, and a file that geometry nodes import, where they can."""
    tree = nodes_of(scene.objects["Light"].data)
    with_node(tree, "ShaderNodeTexIES", mode="EXTERNAL", filepath=dummy("//lamps/lamp.ies"))
    tree = material_on(scene.objects["Cube"], "script")
    script = with_node(tree, "ShaderNodeScript", mode="EXTERNAL", filepath=dummy("//scripts/shader.osl"))
    absolute("//scripts/shader.osl").write_text(INCLUDING)
    dummy("//scripts/tint.h")
    with_node(tree, "ShaderNodeTexIES", mode="INTERNAL", filepath="//gone/inside.ies")
    socket = script.outputs.new("NodeSocketColor", "Color")
    tree.links.new(socket, tree.nodes["Principled BSDF"].inputs[0])
    group = bpy.data.node_groups.new("import", "GeometryNodeTree")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    if hasattr(bpy.types, "GeometryNodeImportPLY"):
        reader, out = group.nodes.new("GeometryNodeImportPLY"), group.nodes.new("NodeGroupOutput")
        reader.inputs[0].default_value = dummy("//caches/points.ply")
        group.links.new(reader.outputs[0], out.inputs[0])
    add_plane("import").modifiers.new("import", "NODES").node_group = group
    if hasattr(bpy.types, "GeometryNodeImportPLY"):
        add_handed_over_path()


def add_handed_over_path() -> None:
    """A modifier's path that nodes of a library read: it counts from there. What the link covers is not read."""
    group = bpy.data.node_groups.new("reader", "GeometryNodeTree")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    path = group.interface.new_socket("Path", in_out="INPUT", socket_type="NodeSocketString").identifier
    reader, out = group.nodes.new("GeometryNodeImportSTL"), group.nodes.new("NodeGroupOutput")
    group.links.new(reader.outputs[0], out.inputs[0])
    reader.inputs[0].default_value = "//gone/covered.stl"
    group.links.new(group.nodes.new("NodeGroupInput").outputs["Path"], reader.inputs[0])
    bpy.data.libraries.write(str(absolute("//parts/nodes.blend")), {group}, fake_user=True)
    bpy.data.node_groups.remove(group)
    modifier = add_plane("handed over").modifiers.new("reader", "NODES")
    modifier.node_group = link(absolute("//parts/nodes.blend"), "node_groups", "reader")
    dummy("//parts/shapes/handed.stl")
    if hasattr(modifier, "properties"):
        getattr(modifier.properties.inputs, path).value = "//shapes/handed.stl"
    else:
        modifier[path] = "//shapes/handed.stl"


def add_strips(scene: bpy.types.Scene) -> None:
    """Strips of one picture, of a sequence, and a muted one."""
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    title = strips.new_image("title", str(absolute(picture("//strips/title.png"))), 1, 1)
    title.directory, title.frame_final_duration = "//strips/", 4
    edit = strips.new_image("edit", str(absolute(picture("//strips/edit_01.png"))), 2, 1)
    for number in range(2, 5):
        edit.elements.append(Path(picture(f"//strips/edit_{number:02}.png")).name)
    edit.directory = "//strips/"
    silent = strips.new_image("silent", str(absolute("//gone/silent.png")), 3, 1)
    silent.directory, silent.mute = "//gone/", True


def add_unread(scene: bpy.types.Scene) -> None:
    """Much that names files which are not there, and that no render reads."""
    scene.tool_settings.image_paint.canvas = image("//gone/canvas.png")
    scene.camera.data.background_images.new().image = image("//gone/background.png")
    reference = add_object("reference", None)
    reference.empty_display_type, reference.data = "IMAGE", image("//gone/reference.png")
    unused = nodes_of(bpy.data.materials.new("unused"))
    with_node(unused, "ShaderNodeTexImage", image=image("//gone/unused.png"))
    unused.id_data.use_fake_user = True
    loose = material_on(scene.objects["Cube"], "loose").nodes.new("ShaderNodeTexImage")
    loose.image = image("//gone/loose.png")
    packed = bpy.data.images.new("packed", 4, 4)
    packed.pack()
    packed.filepath_raw = "//gone/packed.png"
    generated = image("//gone/generated.png", "GENERATED")
    tree = material_on(scene.objects["Cube"], "inside")
    for inside in (packed, generated):
        with_node(tree, "ShaderNodeTexImage", image=inside)
    off = add_plane("off").modifiers.new("off", "MESH_CACHE")
    off.filepath, off.show_render = "//gone/off.pc2", False
    add_plane("calm").modifiers.new("calm", "OCEAN").filepath = "//gone/ocean"
    bpy.data.texts.new("notes").filepath = "//gone/notes.txt"
    font = bpy.data.fonts.load(str(absolute("//fonts/font.woff2")), check_existing=False)
    font.filepath, font.use_fake_user = "//gone/font.woff2", True


def make_library(folder: Path) -> None:
    """`parts/part.blend`, which takes its material, with a texture, from another library, `parts/deep/inner.blend`."""
    fresh_scene(folder / "parts/deep/inner.blend")
    material = bpy.data.materials.new("deep")
    material.use_fake_user = True
    with_node(nodes_of(material), "ShaderNodeTexImage", image=image(picture("//deep.png")))
    save(folder / "parts/deep/inner.blend")
    fresh_scene(folder / "parts/part.blend")
    add_plane("part").data.materials.append(link(folder / "parts/deep/inner.blend", "materials", "deep"))
    save(folder / "parts/part.blend")


def link(library: Path, kind: str, name: str) -> Any:
    """Give a datablock that is linked by a relative path."""
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        setattr(wanted, kind, [name])
    return getattr(wanted, kind)[0]


def make_whole(folder: Path) -> None:
    """`whole/` and `outside.blend`."""
    whole = folder / "whole"
    make_library(whole)
    scene = fresh_scene(whole / "shot.blend")
    steps: tuple[Callable[[bpy.types.Scene], None], ...] = (
        add_images, add_files_of_datablocks, add_caches, add_node_files, add_unread,
    )  # fmt: skip
    for step in steps:
        step(scene)
    scene.collection.objects.link(link(whole / "parts/part.blend", "objects", "part"))
    save(whole / "shot.blend")
    bpy.ops.file.make_paths_absolute()
    tree = material_on(scene.objects["Cube"], "climbing")
    # The farm keeps a file of this name beside the package.
    with_node(tree, "ShaderNodeTexImage", image=image("//../scene"))
    save(folder / "outside.blend")


def make_cut(folder: Path) -> None:
    """`cut/`."""
    add_strips(fresh_scene(folder / "cut/shot.blend"))
    save(folder / "cut/shot.blend")


def make_sequence(folder: Path) -> None:
    """`sequence/`."""
    scene = fresh_scene(folder / "sequence/shot.blend")
    add_sequence(material_on(scene.objects["Cube"], "sequence"))
    add_card(compositor(scene), "//gone/card.png")
    scene.render.use_compositing = False
    save(folder / "sequence/shot.blend")


if __name__ == "__main__":
    make_whole(Path(sys.argv[1]))
    make_cut(Path(sys.argv[1]))
    make_sequence(Path(sys.argv[1]))
    sys.stdout.flush()
    # Not sys.exit: some `bpy` modules (4.2, 4.5) crash or hang while they are torn down.
    os._exit(0)
