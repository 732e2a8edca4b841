# SPDX-License-Identifier: GPL-3.0-or-later
"""The text in an error body. The shapes of these bodies are documented nowhere, so the common ones are read.

Those are `{"message"}`, `{"error": {"message"}}`, `{"errors": [{"path", "message"}]}`, `{"issues": […]}`,
`{"detail": [{"loc", "msg"}]}`, `{"fieldErrors": {name: […]}}`, JSON inside a JSON string, a bare string or list,
the XML of object storage, HTML and plain text.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from .render_config import CONTAINERS, FIELD_OF_JSON

MAX_WORDS_CHARACTERS = 300
"""The longest text, in characters, that is shown of what the service said."""

_TELLING_KEYS = (
    *("message", "msg", "detail", "details", "description", "reason", "error_description", "error", "title"),
    *("errors", "issues", "fieldErrors", "formErrors", "_errors", "data", "zodError"),
)
_BY_FIELD = ("errors", "fieldErrors")
_PLACE_KEYS = ("path", "loc", "field", "param", "property", "instancePath", "pointer")
_CONTAINERS = ("requestedRenderConfig", *CONTAINERS, "body")
_EMPTY_PHRASES = {status.phrase.lower() for status in HTTPStatus} | {"error"}
_MAX_COMPLAINTS = 20
_MAX_DEPTH = 8
_MAX_READ_CHARACTERS = 4096
_MAX_DETAIL_CHARACTERS = 500

_FIELD = re.compile(rf"(?<![A-Za-z0-9_])({'|'.join(FIELD_OF_JSON)})(?![A-Za-z0-9_])")
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_XML_WORDS = re.compile(r"<(Code|Message)>([^<]*)</\1>")
_QUERY = re.compile(r"\?[^\s\"'<>\\]*=[^\s\"'<>\\]*")
_BEARER = re.compile(r"(?i)\bBearer\s+(?=[^\s\"'<>]*[-_\d])[^\s\"'<>\\,}]+")
_KEY = re.compile(r"(?i)\bRJ-[\w\-.~+/=]{6,}")


@dataclass(frozen=True)
class Reason:
    """Why a call was refused: the service's words, and the documented fields of the render config they speak of."""

    words: str
    field_names: tuple[str, ...]


@dataclass(frozen=True)
class _Complaint:
    """One thing that is wrong. `place` is where in the request, outermost first."""

    place: tuple[str, ...]
    text: str

    def field_names(self) -> list[str]:
        """The place is sure; the text is searched only where no place was given."""
        return [name for name in self.place if name in FIELD_OF_JSON] or _FIELD.findall(self.text)

    def sentence(self) -> str:
        if self.place and self.place[-1] not in self.text:
            return f"{self.place[-1]}: {self.text}"
        return self.text


def read_reason(body: str) -> Reason:
    """What an error body says, from which secrets were hidden before. Never raises; both parts may be empty."""
    complaints: list[_Complaint] = []
    found = _XML_WORDS.findall(body[:_MAX_READ_CHARACTERS]) if body.lstrip().startswith("<") else []
    if found:
        complaints += [_Complaint((), clean(text)) for _, text in found]
    else:
        _collect(_json_or_text(body), (), complaints, 0)
    complaints = [complaint for complaint in complaints if complaint.text]
    telling = [complaint for complaint in complaints if complaint.text.lower() not in _EMPTY_PHRASES]
    sentences = dict.fromkeys(complaint.sentence() for complaint in telling or complaints)
    names = dict.fromkeys(name for complaint in telling for name in complaint.field_names())
    return Reason(clean("; ".join(sentences), MAX_WORDS_CHARACTERS), tuple(names))


def clean(text: str, cap: int = _MAX_READ_CHARACTERS) -> str:
    """One line of plain text: no HTML, no control or invisible characters, at most `cap` characters."""
    text = _TAG.sub(" ", _SCRIPT.sub(" ", html.unescape(text[:_MAX_READ_CHARACTERS])))
    text = "".join(" " if unicodedata.category(character).startswith("C") else character for character in text)
    text = " ".join(text.split())
    return text if len(text) <= cap else text[: cap - 1].rstrip() + "…"


def hide_secrets(text: str, key: str = "") -> str:
    """The text without the API key, anything that looks like one, and the queries of URLs, which hold tokens."""
    if key:
        text = re.sub(re.escape(key), "RJ-…", text, flags=re.IGNORECASE)
    return _KEY.sub("RJ-…", _BEARER.sub("Bearer …", _QUERY.sub("?…", text)))


def safe_detail(text: str, key: str = "") -> str:
    """A text from outside as an error keeps it: cleaned, capped, and without secrets, however they were spelled."""
    return clean(hide_secrets(clean(hide_secrets(text, key)), key), _MAX_DETAIL_CHARACTERS)


def _collect(value: Any, place: tuple[str, ...], complaints: list[_Complaint], depth: int) -> None:
    if depth > _MAX_DEPTH or len(complaints) >= _MAX_COMPLAINTS:
        return
    if isinstance(value, str):
        inner = _json_or_text(value) if value.lstrip()[:1] in ("[", "{") else value
        if isinstance(inner, str):
            complaints.append(_Complaint(place, clean(inner)))
        else:
            _collect(inner, place, complaints, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _collect(item, place, complaints, depth + 1)
    elif isinstance(value, Mapping):
        place = place + _place(value)
        for key in _TELLING_KEYS:
            _collect(value.get(key), place, complaints, depth + 1)
        for key in value:
            if key in FIELD_OF_JSON or key in _CONTAINERS:
                _collect(value[key], (*place, key), complaints, depth + 1)
            elif key in _BY_FIELD and isinstance(value[key], Mapping):
                for name in value[key]:
                    if name not in FIELD_OF_JSON and name not in _CONTAINERS and name not in _TELLING_KEYS:
                        _collect(value[key][name], (*place, clean(name, 60)), complaints, depth + 1)


def _place(complaint: Mapping[str, Any]) -> tuple[str, ...]:
    """Where in the request: all of a list such as `["body", "fps"]`, of a text only what is a documented field."""
    for key in _PLACE_KEYS:
        where = complaint.get(key)
        if isinstance(where, list):
            return tuple(clean(part, 60) for part in where if isinstance(part, str))
        if isinstance(where, str):
            return tuple(_FIELD.findall(where[:_MAX_READ_CHARACTERS]))
    return ()


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
