# SPDX-License-Identifier: GPL-3.0-or-later
"""From the API's JSON to `models`. Tolerates extra, missing, null and wrongly typed fields, and `{data: …}` anywhere.

Only what nothing can be done without is insisted on: the id of a job, the address and slug of an upload.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from ..messages.message import Message
from .errors import UnexpectedAnswer
from .models import Downloads, FailedReason, Job, JobPage, OutputFile, UploadTarget

logger = logging.getLogger(__name__)


def upload_target(value: Any) -> UploadTarget:
    """`{uploadUrl, slug, expiresAt}`. Raises `UnexpectedAnswer` without the first two."""
    answer = as_mapping(unwrap(value, "slug"))
    url, slug = as_text(answer.get("uploadUrl")), as_text(answer.get("slug"))
    if not url or not slug:
        raise UnexpectedAnswer(Message("Renderjuice gave no address to upload the scene to."))
    return UploadTarget(upload_url=url, slug=slug, expires_at=as_time(answer.get("expiresAt")))


def job(value: Any) -> Job:
    """A Job, bare or under `data`. Raises `UnexpectedAnswer` when it has no id."""
    answer = as_mapping(unwrap(value, "id"))
    job_id = as_text(answer.get("id"))
    if not job_id:
        raise UnexpectedAnswer(Message("Renderjuice answered without the id of the job."))
    return Job(
        id=job_id,
        status=as_text(answer.get("status")) or "unknown",
        workspace_id=as_text(answer.get("workspaceId")) or "",
        created_at=as_time(answer.get("createdAt")),
        updated_at=as_time(answer.get("updatedAt")),
        user_id=as_text(answer.get("userId")),
        root_folder_id=as_text(answer.get("rootFolderId")),
        normalized_seconds=as_number(answer.get("normalizedSeconds")),
        preview_url=as_text(answer.get("previewUrl")),
        failed_reason=_failed_reason(answer.get("failedReason")),
        requested_config=answer.get("requestedConfig"),
        final_config=answer.get("finalConfig"),
        output_deleted=as_mapping(answer.get("output")).get("isDeletedForClient") is True,
        is_analysis_skipped=answer.get("isAnalysisSkipped") is True,
        analysis_id=as_text(answer.get("analysisId")),
        analysis=answer.get("analysis"),
        scene_file=answer.get("sceneFile"),
        raw=answer,
    )


def job_page(value: Any, page: int, page_size: int) -> JobPage:
    """`{jobs, pagination}`; `page` and `page_size` as asked for fill in for a missing pagination.

    An entry without id is left out. Raises `UnexpectedAnswer` when there is no list at all.
    """
    outer = as_mapping(value)
    inner = as_mapping(unwrap(value, "jobs"))
    listed = next(
        (found for found in (outer.get("jobs"), inner.get("jobs"), unwrap(value, "jobs")) if isinstance(found, list)),
        None,
    )
    if listed is None:
        raise UnexpectedAnswer(Message("Renderjuice answered without a list of jobs."))
    pagination = as_mapping(outer.get("pagination") or inner.get("pagination"))
    jobs = []
    for entry in listed:
        try:
            jobs.append(job(entry))
        except UnexpectedAnswer:
            logger.warning("left out an entry without id from the list of jobs")
    page = as_count(pagination.get("page")) or page
    page_size = as_count(pagination.get("pageSize")) or page_size
    total = as_count(pagination.get("total"))
    total_pages = as_count(pagination.get("totalPages"))
    if total_pages is None and total is not None:
        total_pages = math.ceil(total / page_size)
    if total_pages is None:
        total_pages = page + 1 if len(listed) >= page_size else page
    if total is None:
        total = (page - 1) * page_size + len(listed)
    return JobPage(tuple(jobs), page, page_size, total, total_pages)


def downloads(value: Any) -> Downloads:
    """The lists of a job's outputs. The legacy lists count only where the newer ones are absent or empty."""
    answer = as_mapping(unwrap(value, "frames", "frameOutputs", "transforms"))
    transforms = as_mapping(answer.get("transforms"))
    return Downloads(
        frames=_outputs(answer.get("frameOutputs")) or _legacy_outputs(answer.get("frames")),
        composite_nodes=_outputs(answer.get("compositeNodeOutputs")) or _legacy_outputs(answer.get("compositeNodes")),
        frames_zip=_zip(transforms, "framesZip"),
        composite_nodes_zip=_zip(transforms, "compositeNodesZip"),
        raw=value,
    )


def unwrap(value: Any, *marks: str) -> Any:
    """What lies under `data`, as deep as it goes, unless one of the `marks` shows that this is the thing itself."""
    while (
        isinstance(value, Mapping)
        and not any(mark in value for mark in marks)
        and isinstance(value.get("data"), Mapping | list)
    ):
        value = value["data"]
    return value


def as_mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a JSON object, an empty one otherwise."""
    return value if isinstance(value, Mapping) else {}


def as_text(value: Any) -> str | None:
    """A text that can be stored and shown (a lone surrogate could not), a whole number as text, None otherwise."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def as_number(value: Any) -> float | None:
    """A finite number, also one written as text; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_count(value: Any) -> int | None:
    """A whole number from 0 on, None otherwise."""
    number = as_number(value)
    return int(number) if number is not None and number >= 0 else None


def as_time(value: Any) -> datetime | None:
    """An ISO 8601 time, UTC where it names no zone; None when it does not parse."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _failed_reason(value: Any) -> FailedReason | None:
    if isinstance(value, str) and value:
        return FailedReason(name=as_text(value) or "", type="")
    reason = as_mapping(value)
    name, kind = as_text(reason.get("name")) or "", as_text(reason.get("type")) or ""
    return FailedReason(name, kind) if name or kind else None


def _outputs(value: Any) -> tuple[OutputFile, ...]:
    """A list of output objects; what has no URL is left out, a bare URL is taken as well."""
    files = []
    for entry in value if isinstance(value, list) else []:
        output = as_mapping(entry)
        url = as_text(output.get("url"))
        if url:
            files.append(
                OutputFile(
                    url=url,
                    file_name=as_text(output.get("fileName")) or _name_in(url),
                    view=as_text(output.get("view")),
                    legacy=output.get("legacy") is True,
                    relative_path=as_text(output.get("relativePath")),
                    composite_node_name=as_text(output.get("compositeNodeName")),
                )
            )
        else:
            files += _legacy_outputs([entry])
    return tuple(files)


def _legacy_outputs(value: Any) -> tuple[OutputFile, ...]:
    """A list of bare URLs; the name is the last part of the URL's path."""
    urls = [as_text(entry) for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
    return tuple(OutputFile(url=url, file_name=_name_in(url), legacy=True) for url in urls if url)


def _name_in(url: str) -> str | None:
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return unquote(path.rpartition("/")[2]) or None


def _zip(transforms: Mapping[str, Any], name: str) -> str | None:
    """The URL of a zip: the plain one, else the first among the output objects of the same name."""
    outputs = transforms.get(f"{name}Outputs")
    listed = _outputs(outputs if isinstance(outputs, list) else [outputs])
    return as_text(transforms.get(name)) or next((output.url for output in listed), None)
