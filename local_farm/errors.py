# SPDX-License-Identifier: GPL-3.0-or-later
"""How the farm says no: one JSON shape for every refusal, of the API and of the storage."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Scope


class Refusal(Exception):
    """An answer other than success. `violation` is for the request log: a rule that the client broke, or None."""

    def __init__(
        self, status: int, code: str, message: str, field: str | None = None, violation: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.violation = violation


def note_violation(scope: Scope, violation: str | None) -> None:
    """Keep a broken rule with the request, for the request log to write down."""
    if violation is not None:
        scope.setdefault("farm_log", {})["violation"] = violation


def refusal_response(refusal: Refusal, headers: dict[str, str] | None = None) -> JSONResponse:
    """Give the JSON answer: `{"error": {"code", "message"}}`, with `field` when one field is at fault."""
    error = {"code": refusal.code, "message": refusal.message}
    if refusal.field is not None:
        error["field"] = refusal.field
    return JSONResponse({"error": error}, status_code=refusal.status, headers=headers)


async def handle_refusal(request: Request, refusal: Exception) -> JSONResponse:
    """Exception handler for Refusal: note what was broken, answer."""
    if not isinstance(refusal, Refusal):
        raise refusal
    note_violation(request.scope, refusal.violation)
    return refusal_response(refusal)
