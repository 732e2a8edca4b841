# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire: what the API takes and gives, as its reference describes it. What it does not describe is refused."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from .frame_ranges import check_range
from .jobs import JobStatus

# Blender's identifiers, of all versions from 4.2 to 5.2. Movie formats are left out: a farm renders frames.
Engine = Literal["CYCLES", "BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH"]
Format = Literal[
    "BMP", "IRIS", "PNG", "JPEG", "JPEG2000", "TARGA", "TARGA_RAW", "CINEON", "DPX", "OPEN_EXR_MULTILAYER", "OPEN_EXR",
    "HDR", "TIFF", "WEBP", "AVIF",
]  # fmt: skip
ExrCodec = Literal["NONE", "ZIP", "PIZ", "DWAA", "DWAB", "HTJ2K", "ZIPS", "RLE", "PXR24", "B44", "B44A"]
Positive = Annotated[int, Field(ge=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
FrameRange = Annotated[str, AfterValidator(check_range)]


class Incoming(BaseModel):
    """What a client sends: exactly the documented fields with exactly the documented types."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, allow_inf_nan=False)


class Outgoing(BaseModel):
    """What the farm answers with."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class UploadRequest(Incoming):
    """Names the file to come: not empty, a plain name, with the extension that the type says."""

    file_name: str = Field(min_length=1, max_length=255)
    file_type: Literal["blend", "zip"]

    @model_validator(mode="after")
    def check(self) -> "UploadRequest":
        """Refuse names that are paths, and names that do not match their type."""
        if any(character in self.file_name for character in "/\\") or not self.file_name.isprintable():
            raise ValueError("fileName is a name, not a path")
        if not self.file_name.lower().endswith(f".{self.file_type}") or len(self.file_name) <= len(self.file_type) + 1:
            raise ValueError(f"fileType {self.file_type!r} does not match the extension of fileName {self.file_name!r}")
        return self


class JobRequest(Incoming):
    """Names the upload that becomes a job."""

    slug: str = Field(min_length=1)


class OutputSettings(Incoming):
    """How the frames' files are written."""

    color_mode: Literal["BW", "RGB", "RGBA"] = Field(default=None)
    color_depth: Literal["8", "10", "12", "16", "32"] = Field(default=None)
    exr_codec: ExrCodec = Field(default=None)
    tiff_codec: Literal["NONE", "DEFLATE", "LZW", "PACKBITS"] = Field(default=None)
    compression: Percent = Field(default=None)
    quality: Percent = Field(default=None)


class RenderConfig(Incoming):
    """How to render; what is left out is taken from the file."""

    color_management_preset: Literal["default", "aces"]
    frame_ranges: list[FrameRange] = Field(default=None, min_length=1)
    notes: str = Field(default=None)
    render_engine: Engine = Field(default=None)
    compositor_device: Literal["CPU", "GPU"] = Field(default=None)
    compute_device_type: Literal["NONE", "CUDA", "OPTIX", "HIP", "METAL", "ONEAPI"] = Field(default=None)
    gpu_count: Positive = Field(default=None)
    sample_count: Positive = Field(default=None)
    denoising_enabled: bool = Field(default=None)
    denoiser_type: Literal["OPTIX", "OPENIMAGEDENOISE"] = Field(default=None)
    resolution: Annotated[list[Positive], Field(min_length=2, max_length=2)] = Field(default=None)
    resolution_percentage: Annotated[int, Field(ge=1, le=32767)] = Field(default=None)
    output_format: Format = Field(default=None)
    fps: Annotated[float, Field(ge=1)] = Field(default=None)
    use_tiling: bool = Field(default=None)
    tile_size: Positive = Field(default=None)
    output_settings: OutputSettings = Field(default=None)
    minimum_ram: Annotated[float, Field(ge=1)] = Field(default=None)


class RenderRequest(Incoming):
    """Starts a render."""

    requested_render_config: RenderConfig


class ListQuery(BaseModel):
    """Which jobs to list; pages count from 1."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    page: int = Field(default=1, ge=1)
    page_size: int = Field(default=20, ge=1, le=100)
    status: JobStatus | None = None


class UploadTarget(Outgoing):
    """Where to PUT the file, once, and until when."""

    upload_url: str
    slug: str
    expires_at: datetime


class FailedReason(Outgoing):
    """Why a job failed: a sentence and a kind."""

    name: str
    type: str


class OutputState(Outgoing):
    """What became of a job's files."""

    is_deleted_for_client: bool


class JobModel(Outgoing):
    """A job; what is not known yet is left out."""

    id: str
    status: JobStatus
    workspace_id: str
    created_at: datetime
    updated_at: datetime
    user_id: str | None = None
    root_folder_id: str | None = None
    normalized_seconds: float | None = None
    preview_url: str | None = None
    failed_reason: FailedReason | None = None
    requested_config: Any = None
    final_config: Any = None
    output: OutputState | None = None
    is_analysis_skipped: bool | None = None
    analysis_id: str | None = None
    analysis: Any = None
    scene_file: Any = None


class JobEnvelope(Outgoing):
    """A job as `GET /jobs/{id}` wraps it."""

    data: JobModel


class Pagination(Outgoing):
    """Which page this is, of how many."""

    page: int
    page_size: int
    total: int
    total_pages: int


class JobList(Outgoing):
    """One page of jobs, newest first."""

    jobs: list[JobModel]
    pagination: Pagination


class ProgressModel(Outgoing):
    """Counters of a running job. The reference does not name them; these names are this farm's own."""

    job_id: str
    frames_completed: int
    frames_total: int | None
    percent: float


class OutputModel(Outgoing):
    """One file to download; `relativePath` and `compositeNodeName` are there for File Output nodes."""

    url: str
    file_name: str
    view: str | None
    legacy: bool = False
    relative_path: str | None
    composite_node_name: str | None


class Transforms(Outgoing):
    """Everything in one file; there once the job has completed."""

    frames_zip: str | None = None
    composite_nodes_zip: str | None = None
    video: Any = None
    frames_zip_outputs: OutputModel | None = None
    composite_nodes_zip_outputs: OutputModel | None = None


class DownloadsModel(Outgoing):
    """All that there is to download by now."""

    frames: list[str]
    composite_nodes: list[str]
    frame_outputs: list[OutputModel]
    composite_node_outputs: list[OutputModel]
    transforms: Transforms


class ErrorDetail(Outgoing):
    """What went wrong: a word for programs, a sentence for people, and the field at fault if it is one."""

    code: str
    message: str
    field: str | None = None


class ErrorBody(Outgoing):
    """Every answer that is not a success."""

    error: ErrorDetail
