# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: makes two scenes that name the same files, and none of the files.

`make_unread.py FOLDER` writes
`unread/shot.blend`: where the files are named, no render looks: nodes lead nowhere, objects are hidden, and so on;
`read/shot.blend`: the same, linked and shown, so that each file is read;
`unread_strips/shot.blend`, `read_strips/shot.blend`: the same with strips;
`cut/shot.blend`: objects behind a strip; `hidden/shot.blend`: what is hidden and read all the same;
`pasted/shot.blend`: with what was appended and pasted from files that are gone, and texts with paths of other machines.
"""

import os
import sys
from pathlib import Path
from typing import Any

import bpy  # noqa: TID251 - this script runs inside Blender
from compositing import new_compositor

IS_NEW = bpy.app.version >= (5, 0)


def fresh_scene(blend: Path) -> bpy.types.Scene:
    """Give the factory scene, saved at its place."""
    bpy.ops.wm.read_factory_settings()
    bpy.context.preferences.filepaths.save_version = 0
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.frame_start, scene.frame_end = 1, 4
    blend.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=False)
    return scene


def lost_image(name: str) -> bpy.types.Image:
    """Give an image whose file is not there."""
    made = bpy.data.images.new(name, 4, 4)
    made.source, made.filepath = "FILE", f"//gone/{name}.png"
    return made


def material(name: str) -> bpy.types.Material:
    """Give a material with nodes."""
    made = bpy.data.materials.new(name)
    if not IS_NEW:
        made.use_nodes = True
    return made


def glowing(name: str) -> bpy.types.Material:
    """Give a material that shows a lost image."""
    made = material(name)
    node = made.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = lost_image(name)
    made.node_tree.links.new(node.outputs[0], made.node_tree.nodes["Principled BSDF"].inputs[0])
    return made


def plane(name: str, collection: bpy.types.Collection, shown: bpy.types.Material | None = None) -> bpy.types.Object:
    """Give a new square in a collection."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    if shown:
        mesh.materials.append(shown)
    made = bpy.data.objects.new(name, mesh)
    collection.objects.link(made)
    return made


def add_nodes(scene: bpy.types.Scene, is_on: bool) -> None:
    """Nodes that lead nowhere, or somewhere: alone, in a chain, in a group, in the compositor."""
    shown = material("nodes")
    scene.objects["Cube"].data.materials.append(shown)
    tree = shown.node_tree
    end = tree.nodes["Material Output"]
    group = bpy.data.node_groups.new("group", "ShaderNodeTree")
    group.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    inside, out = group.nodes.new("ShaderNodeTexImage"), group.nodes.new("NodeGroupOutput")
    inside.image = lost_image("in_group")
    group.links.new(inside.outputs[0], out.inputs[0])
    muted, lone, chained, used = (tree.nodes.new(kind) for kind in ("ShaderNodeTexImage",) * 3 + ("ShaderNodeGroup",))
    lone.image, chained.image, used.node_tree = lost_image("lone"), lost_image("chained"), group
    muted.image, muted.mute = lost_image("muted_node"), not is_on
    tree.links.new(muted.outputs[0], end.inputs["Surface"])
    scene.objects["Cube"].data.materials.append(glowing("muted_link"))
    for link in bpy.data.materials["muted_link"].node_tree.links:
        link.is_muted = link.from_node.type == "TEX_IMAGE" and not is_on
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    tree.links.new(chained.outputs[0], ramp.inputs[0])
    lamp = tree.nodes.new("ShaderNodeTexIES")
    lamp.mode, lamp.filepath = "EXTERNAL", "//gone/lamp.ies"
    if is_on:
        for node in (lone, ramp, used, lamp):
            mixed = tree.nodes.new("ShaderNodeOutputMaterial")
            tree.links.new(node.outputs[0], mixed.inputs["Surface"])
    add_compositing(scene, is_on)


def add_compositing(scene: bpy.types.Scene, is_on: bool) -> None:
    """An image that only a viewer shows, or the picture."""
    tree, final = new_compositor(scene)
    shown, viewer = tree.nodes.new("CompositorNodeImage"), tree.nodes.new("CompositorNodeViewer")
    shown.image = lost_image("card")
    tree.links.new(shown.outputs[0], viewer.inputs[0])
    if is_on:
        tree.links.new(shown.outputs[0], final.inputs[0])


def add_objects(scene: bpy.types.Scene, is_on: bool) -> None:
    """Objects that are hidden in renders, by themselves, their collections or their view layer, or are not."""
    plane("hidden", scene.collection, glowing("hidden")).hide_render = not is_on
    for name in ("excluded", "hidden_collection", "other_layer"):
        collection = bpy.data.collections.new(name)
        scene.collection.children.link(collection)
        plane(name, collection, glowing(name))
    bpy.data.collections["hidden_collection"].hide_render = not is_on
    layer = scene.view_layers[0].layer_collection
    layer.children["excluded"].exclude = not is_on
    layer.children["other_layer"].exclude = True
    scene.view_layers.new("second").use = is_on
    if not is_on:
        scene.view_layers["second"].layer_collection.children["excluded"].exclude = True
    target = plane("target", scene.collection, glowing("target"))
    follower = plane("follower", scene.collection)
    follower.parent, target.hide_render = target, not is_on
    follower.modifiers.new("wrap", "SHRINKWRAP").target = target
    follower.constraints.new("COPY_LOCATION").target = target
    bpy.ops.cachefile.open(filepath=bpy.path.abspath("//lost.abc"))
    cache = bpy.data.cache_files[0]
    cache.filepath = "//gone/bend.abc"
    modifier = plane("cached", scene.collection).modifiers.new("cache", "MESH_SEQUENCE_CACHE")
    modifier.cache_file, modifier.show_render = cache, is_on
    modifier = plane("points", scene.collection).modifiers.new("points", "MESH_CACHE")
    modifier.filepath, modifier.show_render = "//gone/points.pc2", is_on
    displaced = plane("displaced", scene.collection).modifiers.new("displaced", "DISPLACE")
    displaced.texture, displaced.show_render = bpy.data.textures.new("bumps", "IMAGE"), is_on
    displaced.texture.image = lost_image("bumps")
    font = next(Path(bpy.utils.resource_path("LOCAL")).glob("datafiles/fonts/*.woff2"))
    curve = bpy.data.curves.new("words", "FONT")
    curve.font = bpy.data.fonts.load(str(font), check_existing=False)
    curve.font.filepath = "//gone/font.woff2"
    words = bpy.data.objects.new("words", curve)
    scene.collection.objects.link(words)
    words.hide_render = not is_on


def make_cut(folder: Path) -> None:
    """`cut/shot.blend`: a strip is rendered in place of the objects, which have lost their files."""
    scene = fresh_scene(folder / "cut/shot.blend")
    scene.objects["Cube"].data.materials.append(glowing("behind"))
    title = strips_of(scene.sequence_editor_create()).new_image("title", bpy.path.abspath("//title.png"), 1, 1)
    title.directory = "//"
    last_for(title, 1)
    words = {"length": 4} if IS_NEW else {"frame_end": 5}
    text = strips_of(scene.sequence_editor).new_effect(name="words", type="TEXT", channel=2, frame_start=1, **words)
    font = next(Path(bpy.utils.resource_path("LOCAL")).glob("datafiles/fonts/*.woff2"))
    text.font = bpy.data.fonts.load(str(font), check_existing=False)
    text.font.filepath = "//gone/font.woff2"
    bpy.ops.wm.save_mainfile()


def add_strips(scene: bpy.types.Scene, is_on: bool) -> None:
    """Strips that no rendered frame shows, or every one: muted, in a muted channel or meta, later, in another cut."""
    editor = scene.sequence_editor_create()
    strips = strips_of(editor)
    for channel, name in enumerate(("muted", "silent", "later", "movie"), 1):
        start = 500 if name in ("later", "movie") and not is_on else 1
        place = bpy.path.abspath(f"//gone/{name}.png")
        made = strips.new_movie if name == "movie" else strips.new_image
        strip = made(name, place, channel, start)
        if name == "movie":
            strip.filepath = f"//gone/{name}.png"
        else:
            strip.directory = "//gone/"
        last_for(strip, start)
    strips["muted"].mute = not is_on
    editor.channels[2].mute = not is_on
    cut = bpy.data.scenes.new("cut")
    cut.render.use_sequencer = False
    title = strips_of(cut.sequence_editor_create()).new_image("title", bpy.path.abspath("//gone/title.png"), 1, 1)
    title.directory = "//gone/"
    shown = strips.new_scene("cut", cut, 6, 1)
    shown.scene_input, shown.mute = "SEQUENCER", not is_on
    if bpy.app.build_options.audaspace:
        strips.new_sound("music", bpy.path.abspath("//lost.wav"), 7, 1).sound.filepath = "//gone/music.wav"


def last_for(strip: Any, start: int) -> None:
    """Have a strip show four frames."""
    if hasattr(strip, "right_handle"):  # 5.2
        strip.right_handle = start + 4
    else:
        strip.frame_final_end = start + 4


def strips_of(editor: Any) -> Any:
    """Give the strips of a sequence editor."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def add_library(scene: bpy.types.Scene, is_on: bool) -> None:
    """A library of which only another scene shows something, or this one."""
    path = Path(bpy.path.abspath("//gone/part.blend"))
    path.parent.mkdir()
    part = bpy.data.objects.new("part", bpy.data.meshes.new("part"))
    bpy.data.libraries.write(str(path), {part}, fake_user=True)
    bpy.data.objects.remove(part)
    with bpy.data.libraries.load(str(path), link=True, relative=True) as (_, wanted):
        wanted.objects = ["part"]
    (scene if is_on else bpy.data.scenes.new("other")).collection.objects.link(wanted.objects[0])
    path.unlink()
    path.parent.rmdir()


def add_hidden_and_read(scene: bpy.types.Scene) -> None:
    """Objects that are hidden in renders, and whose files are read all the same: as instances, or some of the time."""
    grain = plane("grain", scene.collection, glowing("grain"))
    emitter = plane("emitter", scene.collection)
    settings = emitter.modifiers.new("dust", "PARTICLE_SYSTEM").particle_system.settings
    settings.render_type, settings.instance_object = "OBJECT", grain
    asset = bpy.data.collections.new("asset")
    scene.collection.children.link(asset)
    plane("instanced", asset, glowing("instanced"))
    scene.view_layers[0].layer_collection.children["asset"].exclude = True
    instance = bpy.data.objects.new("instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", asset
    scene.collection.objects.link(instance)
    blinking = plane("blinking", scene.collection, glowing("blinking"))
    grain.hide_render = blinking.hide_render = True
    blinking.keyframe_insert("hide_render", frame=1)


def make(folder: Path, is_on: bool) -> None:
    """`unread/` or `read/`, and beside it the same with strips, which are rendered in place of the objects."""
    name = "read" if is_on else "unread"
    scene = fresh_scene(folder / name / "shot.blend")
    for step in (add_nodes, add_objects, add_library):
        step(scene, is_on)
    bpy.ops.wm.save_mainfile()
    add_strips(fresh_scene(folder / f"{name}_strips" / "shot.blend"), is_on)
    bpy.ops.wm.save_mainfile()


def make_hidden(folder: Path) -> None:
    """`hidden/shot.blend`."""
    scene = fresh_scene(folder / "hidden/shot.blend")
    add_hidden_and_read(scene)
    bpy.ops.wm.save_mainfile()


def make_pasted(folder: Path) -> None:
    """`pasted/`."""
    fresh_scene(folder / "chair.blend")
    bpy.data.objects["Cube"].name = "Chair"
    bpy.ops.wm.save_mainfile()
    fresh_scene(folder / "pasted/shot.blend")
    bpy.ops.wm.append(directory=f"{folder}/chair.blend/Object/", filename="Chair")
    for number, path in enumerate(("./pack.py", "C:\\scripts\\rig.py", "..\\up.py", "\\\\server\\share\\far.py")):
        bpy.data.texts.new(f"text {number}").filepath = path
    brush = bpy.data.brushes.new("mine", mode="SCULPT")
    if hasattr(brush, "icon_filepath"):
        brush.use_custom_icon, brush.icon_filepath, brush.use_fake_user = True, "//gone/icon.png", True
    bpy.ops.wm.save_as_mainfile(filepath=bpy.data.filepath, relative_remap=False)
    (folder / "chair.blend").unlink()


if __name__ == "__main__":
    for is_on in (True, False):
        make(Path(sys.argv[1]), is_on)
    make_hidden(Path(sys.argv[1]))
    make_cut(Path(sys.argv[1]))
    make_pasted(Path(sys.argv[1]))
    sys.stdout.flush()
    # Not sys.exit: some `bpy` modules (4.2, 4.5) crash or hang while they are torn down.
    os._exit(0)
