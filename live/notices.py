# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs whose end the artist has not dismissed yet: the status bar keeps saying that they have ended."""

from __future__ import annotations

from ..jobs.records import JobRecord, Stage

_ended: list[str] = []
"""The ids of these jobs, the newest last."""


def take_in(before: JobRecord | None, after: JobRecord) -> None:
    """Note a job that has just ended. A job that was canceled, or had ended before the first look, is not reported.

    Nor is one that was done before: only its frames were fetched again.
    """
    if after.id in _ended and after.is_live:
        _ended.remove(after.id)
    has_ended = before is not None and before.is_live and before.done is None
    if has_ended and after.stage in (Stage.DONE, Stage.FAILED) and after.id not in _ended:
        _ended.append(after.id)


def unseen() -> tuple[str, ...]:
    """The ids of the jobs that ended, the newest last."""
    return tuple(_ended)


def dismiss(job_id: str = "") -> None:
    """Forget one of them, or all."""
    if not job_id:
        _ended.clear()
    elif job_id in _ended:
        _ended.remove(job_id)
