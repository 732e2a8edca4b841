# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries, which bring files of their own along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from .images import BLUE, GREEN, RED
from .spot import Spot, image_material, load_image, picture, plane_mesh


def library(spot: Spot) -> list[Path]:
    path = write_library(spot.folder / "library" / "rock.blend", lambda: _in_collection("Rock", plane_mesh()))
    _show_collection(spot, link(path, "collections", "Rock"))
    return [path]


def library_texture(spot: Spot) -> list[Path]:
    """An image of the library, by a path that counts from there."""
    texture = picture(spot.folder / "textured" / "maps" / "brick.png", RED)
    path = write_library(spot.folder / "textured" / "wall.blend", _wall("Brick", texture))
    spot.show(bpy.data.objects.new("Wall", link(path, "meshes", "Brick")))
    return [texture]


def library_in_library(spot: Spot) -> list[Path]:
    """The .blend names the outer one only; the inner one has an image."""
    texture = picture(spot.folder / "nested" / "inner" / "tile.png", GREEN)
    inner = write_library(spot.folder / "nested" / "inner" / "floor.blend", _wall("Tile", texture))
    outer = write_library(
        spot.folder / "nested" / "house.blend", lambda: _in_collection("House", link(inner, "meshes", "Tile"))
    )
    _show_collection(spot, link(outer, "collections", "House"))
    return [outer, inner, texture]


def library_by_absolute_path(spot: Spot) -> list[Path]:
    """The library and what it reads lie outside the project, and both paths are absolute."""
    texture = picture(spot.elsewhere / "assets" / "maps" / "lawn.png", GREEN)
    path = spot.elsewhere / "assets" / "lawn.blend"
    write_library(path, _wall("Lawn", texture, absolute=True))
    spot.show(bpy.data.objects.new("Lawn", link(path, "meshes", "Lawn", absolute=True)))
    return [path, texture]


def absolute_path_in_library(spot: Spot) -> list[Path]:
    """A library of the project with an absolute path to a file elsewhere."""
    texture = picture(spot.elsewhere / "scans" / "bark.png", BLUE)
    path = write_library(spot.folder / "trees" / "oak.blend", _wall("Oak", texture, absolute=True))
    spot.show(bpy.data.objects.new("Oak", link(path, "meshes", "Oak")))
    return [texture]


def library_compressed(spot: Spot) -> list[Path]:
    """A library that was saved compressed, with an absolute path to a file elsewhere."""
    texture = picture(spot.elsewhere / "scans" / "leaf.png", RED)
    path = spot.folder / "trees" / "elm.blend"
    write_library(path, _wall("Elm", texture, absolute=True), compress=True)
    spot.show(bpy.data.objects.new("Elm", link(path, "meshes", "Elm")))
    return [path, texture]


def library_override(spot: Spot) -> list[Path]:
    path = write_library(
        spot.folder / "overridden" / "chair.blend", lambda: bpy.data.objects.new("Chair", plane_mesh())
    )
    chair = link(path, "objects", "Chair").override_create()
    chair.scale = (0.5, 1.0, 1.0)
    spot.show(chair)
    return [path]


def library_by_two_routes(spot: Spot) -> list[Path]:
    """The same library, from here and through another library that names it by `..`."""
    texture = picture(spot.folder / "routes" / "shared" / "moss.png", BLUE)
    shared = write_library(spot.folder / "routes" / "shared" / "moss.blend", _wall("Moss", texture))
    other = write_library(
        spot.folder / "routes" / "sets" / "garden.blend",
        lambda: _in_collection("Garden", link(shared, "meshes", "Moss")),
    )
    far = _show_collection(spot, link(other, "collections", "Garden"))
    near = spot.show(bpy.data.objects.new("Near", link(shared, "meshes", "Moss")))
    near.scale = far.scale = (0.4, 1.0, 1.0)
    near.location.x += 0.45
    return [shared, other, texture]


def libraries_in_a_circle(spot: Spot) -> list[Path]:
    """Each of two libraries uses something of the other."""
    texture = picture(spot.folder / "circle" / "ring.png", RED)
    first, second = spot.folder / "circle" / "first.blend", spot.folder / "circle" / "second.blend"

    def material() -> bpy.types.Material:
        return image_material(load_image(texture))

    def mesh() -> bpy.types.Mesh:
        ring = plane_mesh(link(first, "materials", "ring.png"))
        ring.name = "Ring"
        return ring

    write_library(first, material)
    write_library(second, mesh)
    write_library(first, lambda: {material(), _in_collection("Circle", link(second, "meshes", "Ring"))})
    _show_collection(spot, link(first, "collections", "Circle"))
    return [first, second, texture]


def packed_library(spot: Spot) -> list[Path]:
    """The library lies in the .blend, what it reads does not."""
    texture = picture(spot.folder / "packs" / "maps" / "ice.png", GREEN)
    path = write_library(spot.folder / "packs" / "ice.blend", _wall("Ice", texture))
    spot.show(bpy.data.objects.new("Ice", link(path, "meshes", "Ice")))
    bpy.ops.file.pack_libraries()
    path.unlink()
    return [texture]


def packed_data(spot: Spot) -> list[Path]:
    """What is linked lies in the .blend, and its image does not; from 5.0 on."""
    texture = picture(spot.folder / "copies" / "maps" / "snow.png", BLUE)
    path = write_library(spot.folder / "copies" / "snow.blend", _wall("Snow", texture))
    with bpy.data.libraries.load(str(path), link=True, pack=True, relative=True) as (_, wanted):
        wanted.meshes = ["Snow"]
    spot.show(bpy.data.objects.new("Snow", wanted.meshes[0]))
    path.unlink()
    return [texture]


def write_library(path: Path, make: Callable[[], Any], path_remap: str = "RELATIVE", *, compress: bool = False) -> Path:
    """Save what `make` creates as a .blend of its own, and remove it from the open file again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = set(bpy.data.user_map())
    made = make()
    blocks = made if isinstance(made, set) else {made}
    bpy.data.libraries.write(str(path), blocks, path_remap=path_remap, compress=compress)
    bpy.data.batch_remove(set(bpy.data.user_map()) - before)
    return path


def link(path: Path, collection: str, name: str, absolute: bool = False) -> Any:
    """Link a datablock of a library."""
    with bpy.data.libraries.load(str(path), link=True, relative=not absolute) as (_, wanted):
        setattr(wanted, collection, [name])
    return getattr(wanted, collection)[0]


def _in_collection(name: str, mesh: bpy.types.Mesh) -> bpy.types.Collection:
    collection = bpy.data.collections.new(name)
    collection.objects.link(bpy.data.objects.new(name, mesh))
    return collection


def _show_collection(spot: Spot, collection: bpy.types.Collection) -> bpy.types.Object:
    """What is linked stays where its library has it: the square gets an instance."""
    instance = spot.show(bpy.data.objects.new(collection.name, None))
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    return instance


def _wall(name: str, texture: Path, absolute: bool = False) -> Callable[[], bpy.types.Mesh]:
    def make() -> bpy.types.Mesh:
        mesh = plane_mesh(image_material(load_image(texture, absolute)))
        mesh.name = name
        return mesh

    return make
