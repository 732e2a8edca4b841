# SPDX-License-Identifier: GPL-3.0-or-later
"""What files of many years have in them: paths as Windows writes them, caches kept elsewhere, data from other files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from . import caches, libraries, simulations
from .images import BLUE, GREEN, RED, YELLOW
from .spot import Spot, image_material, load_image, picture, plane_mesh, select, write_sound, written


def image_by_backslashes(spot: Spot) -> list[Path]:
    r"""`//old maps\wood.png`, as Blender on Windows writes it."""
    path = picture(spot.folder / "old maps" / "wood.png", RED)
    image = load_image(path)
    spot.plane(image_material(image))
    image.filepath = by_backslashes(path)
    return [path]


def above_by_backslashes(spot: Spot) -> list[Path]:
    r"""`//..\elsewhere\maps\wood.png`, out of the project."""
    path = picture(spot.elsewhere / "maps" / "wood.png", YELLOW)
    image = load_image(path)
    spot.plane(image_material(image))
    image.filepath = by_backslashes(path)
    assert image.filepath.startswith("//..\\")
    return [path]


def image_packed_on_windows(spot: Spot) -> list[Path]:
    r"""Lies in the .blend, by a path of another computer: `C:\maps\wood.png`."""
    path = picture(spot.folder / "packed" / "wood.png", GREEN)
    image = load_image(path)
    image.pack()
    spot.plane(image_material(image))
    path.unlink()
    image.filepath_raw = "C:\\maps\\wood.png"
    return []


def library_by_backslashes(spot: Spot) -> list[Path]:
    r"""`//old\sets\rock.blend`, and in it an image by `//..\maps\rock.png`."""
    texture = picture(spot.folder / "old" / "maps" / "rock.png", GREEN)

    def rock() -> bpy.types.Mesh:
        image = load_image(texture, absolute=True)
        mesh = plane_mesh(image_material(image))
        mesh.name, image.filepath = "Rock", "//..\\maps\\rock.png"
        return mesh

    path = libraries.write_library(spot.folder / "old" / "sets" / "rock.blend", rock, path_remap="NONE")
    mesh = libraries.link(path, "meshes", "Rock")
    mesh.library.filepath = by_backslashes(path)
    spot.show(bpy.data.objects.new("Rock", mesh))
    return [path, texture]


def sound_by_backslashes(spot: Spot) -> list[Path]:
    """No pixel depends on it."""
    path = write_sound(spot.folder / "old" / "takes" / "voice.wav", range(8000))
    speaker = bpy.data.speakers.new("Voice")
    speaker.sound = bpy.data.sounds.load(written(path))
    speaker.sound.filepath = by_backslashes(path)
    spot.show(bpy.data.objects.new("Voice", speaker))
    return []


def cache_by_backslashes(spot: Spot) -> list[Path]:
    r"""`//old\caches\bend.pc2`, in a modifier."""
    before = set(bpy.data.objects)
    path = caches.write_pc2(spot, spot.folder / "old" / "caches" / "bend.pc2")
    (thing,) = set(bpy.data.objects) - before
    thing.modifiers[0].filepath = by_backslashes(path)
    return [path]


def particles_external(spot: Spot) -> list[Path]:
    r"""A point cache that lies in a folder of the artist's, named by `//old\dust`."""
    folder = spot.folder / "old" / "dust"
    folder.mkdir(parents=True)
    emitter, cache, files = simulations.bake_particles(spot)
    moved = [file.rename(folder / file.name.replace(file.name.partition("_")[0], "dust")) for file in files]
    cache.use_external = True
    cache.index, cache.filepath, cache.name = 0, by_backslashes(folder), "dust"
    assert emitter.particle_systems[0].point_cache.use_external
    return moved


def appended(spot: Spot) -> list[Path]:
    """From a .blend that is gone. Blender remembers its path, and nothing reads it."""
    texture = picture(spot.folder / "kit" / "tile.png", BLUE)
    path = spot.folder / "kit" / "kit.blend"

    def tile() -> bpy.types.Object:
        return bpy.data.objects.new("Kit tile", plane_mesh(image_material(load_image(texture))))

    libraries.write_library(path, tile)
    before = set(bpy.data.objects)
    # The operator notes where data came from, Python's own way to append does not.
    bpy.ops.wm.append(directory=f"{path}/Object/", filename="Kit tile", autoselect=False)
    _into(spot, before)
    path.unlink()
    return [texture]


def pasted(spot: Spot) -> list[Path]:
    """Copied and pasted: what was pasted remembers the file that Blender copies through."""
    texture = picture(spot.folder / "pasted" / "tile.png", YELLOW)
    image = load_image(texture)
    copied = bpy.data.objects.new("Copied", plane_mesh(image_material(image)))
    spot.scene.collection.objects.link(copied)
    select(copied)
    with _own_temporary_folder():
        bpy.ops.view3d.copybuffer()
        bpy.data.batch_remove({copied, copied.data, copied.data.materials[0], image})
        before = set(bpy.data.objects)
        bpy.ops.view3d.pastebuffer(autoselect=False)
    _into(spot, before)
    return [texture]


def by_backslashes(path: Path) -> str:
    """The path relative to the open .blend, as Blender on Windows writes it: `//` stays."""
    return "//" + written(path).removeprefix("//").replace("/", "\\")


def _into(spot: Spot, before: set[bpy.types.Object]) -> None:
    """Put the object that is new into the square."""
    (thing,) = set(bpy.data.objects) - before
    for collection in thing.users_collection:
        collection.objects.unlink(thing)
    spot.show(thing)
    assert any(getattr(block, "library_weak_reference", None) for block in (thing.data, *thing.data.materials))


@contextmanager
def _own_temporary_folder() -> Iterator[None]:
    """Blender copies through a file there, which all Blenders of a user share."""
    paths = bpy.context.preferences.filepaths
    kept = paths.temporary_directory
    with tempfile.TemporaryDirectory(prefix="renderjuice-copied-") as folder:
        paths.temporary_directory = folder
        yield
        paths.temporary_directory = kept
