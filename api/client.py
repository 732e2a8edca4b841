# SPDX-License-Identifier: GPL-3.0-or-later
"""Renderjuice's REST API, one method a call. The key goes to the API's host and nowhere else."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

import requests

from ..messages.message import Message
from . import parse, progress
from .address import check_address
from .error_text import hide_secrets, read_reason, safe_detail
from .errors import (
    NotFound,
    RateLimited,
    Refused,
    RenderjuiceError,
    ServiceDown,
    TimedOut,
    UnexpectedAnswer,
    WrongKey,
)
from .http import (
    WEB_PAGE,
    KeyAuth,
    Timeouts,
    is_web_page,
    open_session,
    read_error_text,
    read_json,
    redirect_host,
    send,
)
from .models import Downloads, Job, JobPage, Progress, RenderStart, UploadTarget
from .render_config import RenderConfig
from .retry import ATTEMPTS, retry_after, with_retries

logger = logging.getLogger(__name__)

_POOL_SIZE = 4
"""Idle connections that are kept for the next calls."""


class Client:
    """The calls of the API. Can be shared by threads.

    `timeouts` are seconds for the connection and for each piece of an answer. A call is tried up to `attempts`
    times with growing waits, and only where sending it twice does no harm: `create_job`, `validate_job` and
    `cancel_job` are sent again only if the service surely did not carry them out. `sleep` waits between attempts
    and may raise to end the call. `failed` is told each failed attempt that may pass by itself, and when it began (by
    `time.monotonic`). `succeeded` is called after each call that succeeds. Every method raises the errors of `errors`,
    `RenderjuiceError` above all.

    Raises `InsecureAddress` when `base_url` is neither https:// nor http:// to this computer. A key that cannot be
    one raises `WrongKey` with the first call, before anything is sent.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        user_agent: str = "renderjuice-blender",
        timeouts: Timeouts = (10.0, 60.0),
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], None] = time.sleep,
        failed: Callable[[RenderjuiceError, float], object] = lambda _error, _began: None,
        succeeded: Callable[[], object] = lambda: None,
    ) -> None:
        check_address(base_url)
        self._base_url = base_url.rstrip("/")
        self._key = api_key
        self._user_agent = user_agent
        self._timeouts = timeouts
        self._attempts = attempts
        self._sleep = sleep
        self._failed = failed
        self._succeeded = succeeded
        self._session = open_session(_POOL_SIZE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()

    def create_upload(self, file_name: str, file_type: Literal["blend", "zip"]) -> UploadTarget:
        """A presigned URL to PUT the scene to. `file_type` must match the extension of `file_name`."""
        body = {"fileName": file_name, "fileType": file_type}
        return parse.upload_target(self._call("POST", "/uploads", repeatable=True, body=body).value)

    def create_job(self, slug: str) -> Job:
        """A job in status `created` for an upload that is complete. Never sent twice: a second job would be made.

        An error whose `may_have_arrived` is true leaves open whether there is a job now: look in `list_jobs`.
        """
        return parse.job(self._call("POST", "/jobs", repeatable=False, body={"slug": slug}).value)

    def list_jobs(self, page: int = 1, page_size: int = 50, status: str | None = None) -> JobPage:
        """One page of the workspace's jobs, all or those in one status; `page` counts from 1."""
        params = {"page": str(page), "pageSize": str(page_size)}
        if status is not None:
            params["status"] = status
        return parse.job_page(self._call("GET", "/jobs", repeatable=True, params=params).value, page, page_size)

    def get_job(self, job_id: str) -> Job:
        """The job as it is now."""
        return parse.job(self._call("GET", _job_path(job_id), repeatable=True).value)

    def validate_job(self, job_id: str) -> Job:
        """Start the validation; possible once, from `created`. `Refused` when it was started before."""
        return parse.job(self._call("POST", _job_path(job_id, "validate"), repeatable=False).value)

    def render_job(self, job_id: str, config: RenderConfig) -> RenderStart:
        """Start the render; possible from `validated`. Idempotent: a second start gives the job as it is."""
        body = {"requestedRenderConfig": config.to_json()}
        answer = self._call("POST", _job_path(job_id, "render"), repeatable=True, body=body)
        replayed = answer.headers.get("X-Idempotent-Replay", "").strip().lower() == "true"
        return RenderStart(job=parse.job(answer.value), replayed=replayed)

    def cancel_job(self, job_id: str) -> Job | None:
        """Cancel a job that is in progress. None when that was accepted without a Job in the answer."""
        answer = self._call("POST", _job_path(job_id, "cancel"), repeatable=False, any_body=True)
        try:
            return parse.job(answer.value)
        except UnexpectedAnswer:
            return None

    def job_progress(self, job_id: str) -> Progress | None:
        """The counters of one job; None when nothing is running."""
        return progress.job_progress(self._call("GET", _job_path(job_id, "progress"), repeatable=True).value, job_id)

    def all_progress(self) -> tuple[Progress, ...]:
        """The counters of all running jobs; empty when nothing is running."""
        return progress.all_progress(self._call("GET", "/jobs/progress", repeatable=True).value)

    def downloads(self, job_id: str) -> Downloads:
        """What can be downloaded so far. The URLs are signed and expire: ask again when one is refused."""
        return parse.downloads(self._call("GET", _job_path(job_id, "downloads"), repeatable=True).value)

    def _call(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        any_body: bool = False,
    ) -> _Answer:
        """One call with its retries. `any_body`: a body that is neither JSON nor a web page counts as None."""
        if not (self._key and self._key.isascii() and self._key.isprintable() and " " not in self._key):
            raise WrongKey(Message("The API key is empty or holds characters that no key has."))

        def exchange() -> _Answer:
            return self._exchange(method, path, body, params, any_body)

        answer = with_retries(
            exchange, repeatable=repeatable, attempts=self._attempts, sleep=self._sleep, failed=self._failed
        )
        self._succeeded()
        return answer

    def _exchange(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
        any_body: bool,
    ) -> _Answer:
        headers = {"User-Agent": self._user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        response = send(
            self._session,
            method,
            self._base_url + path,
            auth=KeyAuth(self._key),
            timeouts=self._timeouts,
            headers=headers,
            params=params,
            data=None if body is None else json.dumps(body, allow_nan=False).encode(),
            secret=self._key,
        )
        logger.debug("%s %s: %d", method, path, response.status_code)
        if not 200 <= response.status_code < 300:
            raise _refusal(response, self._key)
        try:
            return _Answer(read_json(response, self._key), response.headers)
        except UnexpectedAnswer:
            if any_body and not is_web_page(response):
                return _Answer(None, response.headers)
            raise


@dataclass(frozen=True)
class _Answer:
    """A successful answer: its JSON and its headers, whose names do not care about case."""

    value: Any
    headers: Mapping[str, str]


def _job_path(job_id: str, action: str = "") -> str:
    """The path of a job. Raises `NotFound` for an id that would make it the path of something else."""
    if not job_id.strip("."):
        raise NotFound(Message("A job without an id cannot be asked for."))
    path = "/jobs/" + quote(job_id, safe="")
    return f"{path}/{action}" if action else path


def _refusal(response: requests.Response, key: str) -> RenderjuiceError:
    """What an answer that is no success means. Reads as much of its body as needed and closes it."""
    status = response.status_code
    if status < 400:
        response.close()
        message = None
        if 300 <= status < 400:
            where = redirect_host(response, key)
            message = Message("Renderjuice's address answered with a redirect to {}, which is not followed.", where)
        return UnexpectedAnswer(message, detail=f"HTTP status {status}", is_foreign=True)
    is_page = is_web_page(response)
    text = read_error_text(response, key)
    reason = read_reason(text)
    words = hide_secrets(reason.words, key)  # once more: JSON and HTML may have spelled the key with escapes
    detail = f"HTTP status {status}: {safe_detail(words or text, key)}"
    if is_page and status not in (408, 429) and status < 500:
        # a proxy's: whatever its status says, it says nothing about the call
        return UnexpectedAnswer(WEB_PAGE, detail=detail, is_foreign=True)
    if status in (401, 403):
        return WrongKey(detail=detail)
    if status in (404, 410):
        return NotFound(detail=detail)
    if status == 408:
        return TimedOut(detail=detail)
    if status == 429:
        return RateLimited(wait=retry_after(response.headers), detail=detail)
    if status >= 500:
        return ServiceDown(wait=retry_after(response.headers), detail=detail)
    return Refused(words=words, status=status, field_names=reason.field_names, detail=detail)
