# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented calls, each a few lines: check what was sent, ask the farm, answer in the API's words."""

import html
import math
import uuid
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import Refusal, handle_refusal, note_violation, refusal_response
from .farm import Farm
from .jobs import RUNNING, Job, Output, WrongOrder
from .models import (
    DownloadsModel,
    ErrorBody,
    FailedReason,
    JobEnvelope,
    JobList,
    JobModel,
    JobRequest,
    ListQuery,
    OutputModel,
    OutputState,
    Pagination,
    ProgressModel,
    RenderRequest,
    Transforms,
    UploadRequest,
    UploadTarget,
)

BASE_PATH = "/api/external/v1"
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "What was sent is wrong, or the job's status does not allow it"},
    401: {"model": ErrorBody, "description": "The key is missing or wrong"},
    404: {"model": ErrorBody, "description": "There is no such job"},
}


def create_api(farm: Farm) -> ASGIApp:
    """Make the API's application, with `/openapi.json` and a plain `/docs` beside the documented calls."""
    app = FarmAPI(title="Renderjuice local farm", version="1", docs_url=None, redoc_url=None)
    app.include_router(_routes(farm), prefix=BASE_PATH)
    app.add_exception_handler(Refusal, handle_refusal)
    app.add_exception_handler(WrongOrder, _handle_wrong_order)
    app.add_exception_handler(RequestValidationError, _handle_invalid)
    app.add_exception_handler(HTTPException, _handle_http)
    app.add_api_route("/docs", lambda: HTMLResponse(_docs_page(app.openapi())), include_in_schema=False)
    return KeyCheck(app, farm.identity.api_key)


class FarmAPI(FastAPI):
    """The application, describing itself as it is: what is wrong with a request is answered with 400, never 422."""

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI description."""
        schema = super().openapi()
        for calls in schema["paths"].values():
            for call in calls.values():
                call["responses"].pop("422", None)
        return schema


class KeyCheck:
    """ASGI middleware: nothing of a call is looked at before its key is."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self.app = app
        self.expected = f"Bearer {api_key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection of any kind; calls below the base path need the key."""
        if scope["type"] == "http" and scope["path"].startswith(BASE_PATH):
            sent = [value for name, value in scope["headers"] if name == b"authorization"]
            if sent != [self.expected]:
                refusal = Refusal(401, "unauthorized", "The API key is missing or wrong")
                await refusal_response(refusal, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _routes(farm: Farm) -> APIRouter:
    key = Depends(HTTPBearer(auto_error=False, description="RJ-…"))  # checked by KeyCheck; here for the schema
    router = APIRouter(dependencies=[key], responses=ERRORS)

    def job_of(id: uuid.UUID) -> Job:
        job = farm.jobs.get(str(id))
        if job is None:
            raise Refusal(404, "not_found", f"There is no job {id}")
        return job

    FoundJob = Annotated[Job, Depends(job_of)]  # noqa: N806 - a type

    def wire(job: Job) -> JobModel:
        return _job_model(farm, job)

    @router.post("/uploads", summary="Create upload target")
    async def create_upload(body: UploadRequest) -> UploadTarget:
        upload = farm.create_upload(body.file_name, body.file_type)
        url, expires = farm.signer.url("upload", upload.slug, upload.slug)
        return UploadTarget(upload_url=url, slug=upload.slug, expires_at=expires)

    @router.post("/jobs", summary="Create job", response_model_exclude_none=True)
    async def create_job(body: JobRequest) -> JobModel:
        upload = farm.uploads.get(body.slug)
        if upload is None:
            raise Refusal(400, "unknown_slug", f"slug: there is no upload {body.slug!r}", "slug")
        return wire(farm.create_job(upload))

    @router.get("/jobs", summary="List jobs", response_model_exclude_none=True)
    async def list_jobs(query: Annotated[ListQuery, Query()]) -> JobList:
        jobs = [job for job in reversed(farm.jobs.values()) if query.status in (None, job.status)]
        first = (query.page - 1) * query.page_size
        pagination = Pagination(
            page=query.page,
            page_size=query.page_size,
            total=len(jobs),
            total_pages=math.ceil(len(jobs) / query.page_size),
        )
        return JobList(jobs=[wire(job) for job in jobs[first : first + query.page_size]], pagination=pagination)

    @router.get("/jobs/progress", summary="Progress of all running jobs")
    async def all_progress() -> list[ProgressModel]:
        return [_progress(job) for job in farm.jobs.values() if job.status in RUNNING]

    @router.get("/jobs/{id}", summary="Get job", response_model_exclude_none=True)
    async def get_job(job: FoundJob) -> JobEnvelope:
        return JobEnvelope(data=wire(job))

    @router.post(
        "/jobs/{id}/validate", summary="Start validation", dependencies=[Depends(_no_body)],
        response_model_exclude_none=True,
    )  # fmt: skip
    async def validate_job(job: FoundJob) -> JobModel:
        farm.validate(job)
        return wire(job)

    @router.post("/jobs/{id}/render", summary="Start render", response_model_exclude_none=True)
    async def render_job(job: FoundJob, body: RenderRequest, response: Response) -> JobModel:
        config = body.requested_render_config.model_dump(by_alias=True, exclude_unset=True)
        if farm.render(job, config):
            response.headers["X-Idempotent-Replay"] = "true"
        return wire(job)

    @router.post(
        "/jobs/{id}/cancel", summary="Cancel job", dependencies=[Depends(_no_body)], response_model_exclude_none=True
    )
    async def cancel_job(job: FoundJob) -> JobModel:
        farm.cancel(job)
        return wire(job)

    @router.get("/jobs/{id}/progress", summary="Progress of one job: an empty array when it is not running")
    async def job_progress(job: FoundJob) -> ProgressModel | list[ProgressModel]:
        return _progress(job) if job.status in RUNNING else []

    @router.get("/jobs/{id}/downloads", summary="Downloads")
    async def downloads(job: FoundJob) -> DownloadsModel:
        frames = [_output_model(farm, job, output) for output in job.frames.values()]
        nodes = [_output_model(farm, job, output) for output in job.node_files.values()]
        zips = {name: _file_model(farm, job, path) for name, path in job.zips.items()}
        transforms = Transforms(
            frames_zip=zips["frames"].url if "frames" in zips else None,
            composite_nodes_zip=zips["compositeNodes"].url if "compositeNodes" in zips else None,
            frames_zip_outputs=zips.get("frames"),
            composite_nodes_zip_outputs=zips.get("compositeNodes"),
        )
        return DownloadsModel(
            frames=[output.url for output in frames],
            composite_nodes=[output.url for output in nodes],
            frame_outputs=frames,
            composite_node_outputs=nodes,
            transforms=transforms,
        )

    return router


async def _no_body(request: Request) -> None:
    if (await request.body()).strip() not in (b"", b"{}"):
        raise Refusal(400, "invalid_request", "this call takes no body", violation="a body where none belongs")


def _job_model(farm: Farm, job: Job) -> JobModel:
    return JobModel(
        id=job.id,
        status=job.status,
        workspace_id=farm.identity.workspace_id,
        user_id=farm.identity.user_id,
        created_at=job.created_at,
        updated_at=job.updated_at,
        normalized_seconds=job.render_seconds,
        preview_url=_file_model(farm, job, job.preview).url if job.preview else None,
        failed_reason=FailedReason(name=job.failure.name, type=job.failure.type) if job.failure else None,
        requested_config=job.requested_config,
        final_config=job.final_config,
        output=OutputState(is_deleted_for_client=False) if job.frames or job.node_files else None,
        is_analysis_skipped=False,
        analysis_id=job.analysis_id,
        analysis=job.analysis,
        scene_file={
            "slug": job.upload.slug,
            "fileName": job.upload.file_name,
            "fileType": job.upload.file_type,
            "size": job.upload.size,
        },
    )


def _progress(job: Job) -> ProgressModel:
    return ProgressModel(
        job_id=job.id,
        frames_completed=len(job.frames_done),
        frames_total=job.frames_total,
        percent=100 * len(job.frames_done) / job.frames_total if job.frames_total else 0.0,
    )


def _file_model(farm: Farm, job: Job, path: str) -> OutputModel:
    """Give a file that is no frame, named from the job's folder."""
    name = PurePosixPath(path).name
    url, _ = farm.signer.url("download", f"jobs/{job.id}/{path}", name)
    return OutputModel(url=url, file_name=name, view=None, relative_path=None, composite_node_name=None)


def _output_model(farm: Farm, job: Job, output: Output) -> OutputModel:
    url, _ = farm.signer.url("download", f"jobs/{job.id}/{output.path}", output.file_name)
    return OutputModel(
        url=url,
        file_name=output.file_name,
        view=output.view,
        relative_path=output.relative_path,
        composite_node_name=output.node,
    )


async def _handle_wrong_order(_request: Request, error: Exception) -> JSONResponse:
    return refusal_response(Refusal(400, "wrong_order", str(error)))


async def _handle_invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [(_field(problem["loc"]), problem["msg"]) for problem in error.errors()]
    message = "; ".join(f"{field}: {reason}" if field else reason for field, reason in problems)
    note_violation(request.scope, message)
    return refusal_response(Refusal(400, "invalid_request", message, problems[0][0] or None))


def _field(location: tuple[int | str, ...]) -> str:
    """Give the field's path as a client writes it: `requestedRenderConfig.resolution[1]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location[1:]]
    return "".join(parts).removeprefix(".")


async def _handle_http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    message = f"{request.method} {request.url.path}: {error.detail}"
    return refusal_response(Refusal(error.status_code, HTTPStatus(error.status_code).name.lower(), message))


def _docs_page(schema: dict[str, Any]) -> str:
    rows = [
        f"<tr><td>{method.upper()}</td><td>{html.escape(path)}</td><td>{html.escape(call.get('summary', ''))}</td></tr>"
        for path, calls in schema["paths"].items()
        for method, call in calls.items()
    ]
    title = html.escape(schema["info"]["title"])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>"
        f"<p>The whole description: <a href=/openapi.json>openapi.json</a></p><table>{''.join(rows)}</table></html>"
    )
