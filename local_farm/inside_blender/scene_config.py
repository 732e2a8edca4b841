# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented render configuration and Blender's scene: what a scene has, and how to give it something else."""

from collections.abc import Callable
from typing import Any

import bpy

from .failures import JobFailed

EEVEE = ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT")
IMAGE_FIELDS = {
    "colorMode": "color_mode",
    "colorDepth": "color_depth",
    "exrCodec": "exr_codec",
    "tiffCodec": "tiff_codec",
    "compression": "compression",
    "quality": "quality",
}


def read_config(scene: bpy.types.Scene) -> dict[str, Any]:
    """Give the scene's settings under the API's names, without those that this scene's engine does not have."""
    render, image = scene.render, scene.render.image_settings
    config: dict[str, Any] = {
        "colorManagementPreset": "aces" if _uses_aces(scene) else "default",
        "renderEngine": render.engine,
        "compositorDevice": render.compositor_device,
        "resolution": [render.resolution_x, render.resolution_y],
        "resolutionPercentage": render.resolution_percentage,
        "outputFormat": image.file_format,
        "fps": round(render.fps / render.fps_base, 6),
        "outputSettings": {name: getattr(image, attribute) for name, attribute in IMAGE_FIELDS.items()},
    }
    if render.engine == "CYCLES":
        config |= {
            "sampleCount": scene.cycles.samples,
            "denoisingEnabled": scene.cycles.use_denoising,
            "denoiserType": scene.cycles.denoiser,
            "useTiling": scene.cycles.use_auto_tile,
            "tileSize": scene.cycles.tile_size,
        }
    elif render.engine in EEVEE:
        config["sampleCount"] = scene.eevee.taa_render_samples
    return config


def apply_config(scene: bpy.types.Scene, config: dict[str, Any]) -> None:
    """Give the scene what was requested; whatever is not in `config` stays as the file has it.

    A movie format becomes PNG (a farm renders frames), rendering is on the CPU, and a denoiser that this Blender
    does not offer gives way to one that it does. Raises JobFailed, naming the field, for any other value that this
    Blender does not take.
    """
    render = scene.render
    if "renderEngine" in config:
        _set("renderEngine", render, "engine", engine_name(config["renderEngine"]))
    if "compositorDevice" in config:
        _set("compositorDevice", render, "compositor_device", config["compositorDevice"])
    if "resolution" in config:
        render.resolution_x, render.resolution_y = config["resolution"]
    if "resolutionPercentage" in config:
        render.resolution_percentage = config["resolutionPercentage"]
    if "fps" in config:
        whole = max(1, round(config["fps"]))
        render.fps, render.fps_base = whole, whole / config["fps"]
    _apply_output(render, config)
    _apply_sampling(scene, config)


def engine_name(name: str) -> str:
    """Give EEVEE's identifier in this Blender: it was called EEVEE Next from 4.2 to 4.5."""
    if name not in EEVEE:
        return name
    return "BLENDER_EEVEE_NEXT" if (4, 2) <= bpy.app.version < (5, 0) else "BLENDER_EEVEE"


def _apply_output(render: bpy.types.RenderSettings, config: dict[str, Any]) -> None:
    image = render.image_settings
    wanted = config.get("outputFormat", "PNG" if render.is_movie_format else image.file_format)
    if wanted != image.file_format:
        if hasattr(image, "media_type"):  # 5.0 and newer sort the formats into groups
            image.media_type = "MULTI_LAYER_IMAGE" if wanted == "OPEN_EXR_MULTILAYER" else "IMAGE"
        _set("outputFormat", image, "file_format", wanted)
    settings = config.get("outputSettings", {})
    for name, attribute in IMAGE_FIELDS.items():
        if name in settings:
            value = settings[name]
            _set(f"outputSettings.{name}", image, attribute, round(value) if isinstance(value, float) else value)


def _apply_sampling(scene: bpy.types.Scene, config: dict[str, Any]) -> None:
    samples = config.get("sampleCount")
    if scene.render.engine in EEVEE and samples:
        scene.eevee.taa_render_samples = samples
    if scene.render.engine != "CYCLES":
        return
    cycles = scene.cycles
    cycles.device = "CPU"
    if samples:
        cycles.samples = min(samples, 2**24)
    if "denoisingEnabled" in config:
        cycles.use_denoising = config["denoisingEnabled"]
    if "denoiserType" in config:
        _set_or(lambda: setattr(cycles, "denoiser", config["denoiserType"]), lambda: _any_denoiser(cycles))
    elif cycles.use_denoising and not cycles.denoiser:  # saved with a device that this machine does not have
        _any_denoiser(cycles)
    if "useTiling" in config:
        cycles.use_auto_tile = config["useTiling"]
    if "tileSize" in config:
        cycles.tile_size = config["tileSize"]


def _any_denoiser(cycles: Any) -> None:
    def without() -> None:
        cycles.use_denoising = False

    _set_or(lambda: setattr(cycles, "denoiser", "OPENIMAGEDENOISE"), without)


def _set_or(action: Callable[[], None], otherwise: Callable[[], None]) -> None:
    try:
        action()
    except TypeError:  # an enum item that this Blender does not offer
        otherwise()


def _set(field: str, owner: Any, attribute: str, value: Any) -> None:
    try:
        setattr(owner, attribute, value)
    except (TypeError, ValueError) as error:
        reason = f"{field}: Blender {bpy.app.version_string} does not take {value!r} here ({str(error).strip()})"
        raise JobFailed(reason, "invalid_render_config") from error


def _uses_aces(scene: bpy.types.Scene) -> bool:
    colorspace = getattr(bpy.data, "colorspace", None)  # 5.0 and newer
    return scene.view_settings.view_transform.startswith("ACES") or getattr(colorspace, "working_space", "") == "ACEScg"
