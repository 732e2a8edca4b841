# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kinds share a scene of the matrix."""

from __future__ import annotations

from collections.abc import Mapping

import bpy

from . import caches, edits, footage, images, libraries, nodes, old_files, simulations, textures, trees
from .spot import Kind

BAKES = (nodes.bake_node_on_disk, nodes.simulation_on_disk)
PACKED_BAKES = (nodes.bake_node_packed,) if bpy.app.version >= (4, 3) else ()
IMPORTS = (nodes.import_node,) if bpy.app.version >= (4, 5) else ()
PACKED_DATA = (libraries.packed_data,) if bpy.app.version >= (5, 0) else ()

OLD_COMPOSITOR = {"old_comp": (footage.compositor_of_scene,)} if bpy.app.version < (5, 0) else {}
SOUND_IN_NODES = {"heard": (nodes.sound_in_nodes,)} if bpy.app.version >= (5, 2) else {}

FAMILIES: Mapping[str, tuple[Kind, ...]] = {
    "images": (
        images.image,
        images.image_packed,
        images.image_generated,
        images.udim_tiles,
        images.image_sequence,
        images.image_movie,
        images.image_of_layers,
        images.environment,
        footage.font,
        footage.sound,
    ),
    "clip": (footage.movie_clip,),
    "plate": (footage.compositor_image,),
    "edit": (
        # these fill the picture, so that they come first
        edits.strip_of_other_scene,
        edits.strip_clip,
        edits.strip_image,
        edits.strip_image_sequence,
        edits.strip_trimmed,
        edits.strip_movie,
        edits.strip_by_backslashes,
        edits.strip_text,
    ),
    "effect": (edits.strip_muted_input,),
    "libraries": (
        libraries.library,
        libraries.library_texture,
        libraries.library_in_library,
        libraries.library_override,
        libraries.library_by_two_routes,
        libraries.libraries_in_a_circle,
    ),
    "packed": (libraries.packed_library, *PACKED_DATA),
    "caches": (
        caches.alembic,
        caches.usd,
        caches.usd_layers,
        caches.mesh_cache_mdd,
        caches.mesh_cache_pc2,
        caches.volume,
        caches.volume_sequence,
    ),
    "simulations": (
        simulations.ocean,
        simulations.cloth,
        simulations.soft_body,
        simulations.particles,
        simulations.rigid_body,
        simulations.dynamic_paint,
    ),
    "nodes": (*BAKES, *PACKED_BAKES, *IMPORTS, nodes.ies_light),
    "script": (nodes.osl_script, nodes.osl_include),
    "names": (
        trees.beside_the_blend,
        trees.caches_at_the_root,
        trees.spaces,
        trees.unicode_names,
        trees.long_path,
        trees.linked_file,
        trees.linked_folder,
    ),
    "outside": (
        trees.above_the_project,
        trees.absolute_path,
        trees.same_name_elsewhere,
        trees.absolute_path_inside,
        trees.second_mount,
        libraries.library_by_absolute_path,
        libraries.absolute_path_in_library,
        libraries.library_compressed,
        old_files.above_by_backslashes,
    ),
    "old": (
        old_files.image_by_backslashes,
        old_files.image_packed_on_windows,
        old_files.library_by_backslashes,
        old_files.sound_by_backslashes,
        old_files.cache_by_backslashes,
        old_files.particles_external,
        old_files.appended,
        old_files.pasted,
        textures.texture_in_modifier,
        textures.texture_in_warp,
        textures.texture_of_sequence,
        textures.texture_of_movie,
    ),
    **OLD_COMPOSITOR,
    **SOUND_IN_NODES,
}
"""Scene's name -> its kinds, each of which has a square of the picture for itself; the compositor's have it whole."""
