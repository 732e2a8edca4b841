# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure has its own error, with a sentence on what happened and one on what to do."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from renderjuice.api import errors
from renderjuice.api.errors import (
    NotFound,
    RateLimited,
    Refused,
    RenderjuiceError,
    ServiceDown,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
    WrongKey,
)
from renderjuice.api.render_config import RenderConfig

ALL = [found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, RenderjuiceError)]


@pytest.mark.parametrize("kind", ALL)
def test_two_sentences(kind: type[RenderjuiceError]) -> None:
    error = kind(detail="raw")
    assert str(error) == f"{error.message} {error.next_step}"
    for sentence in (error.message, error.next_step):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert error.detail == "raw"
    assert str(kind("Said so.", next_step="Do this.")) == "Said so. Do this."


@pytest.mark.parametrize("kind", ALL)
def test_errors_can_be_copied_and_sent_to_another_process(kind: type[RenderjuiceError]) -> None:
    error = kind("Said so.", detail="raw")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301
        assert (type(twin), str(twin), twin.detail) == (kind, str(error), "raw")


def test_which_errors_pass_by_themselves() -> None:
    assert {kind.__name__ for kind in ALL if kind.transient} == {
        *("RateLimited", "ServiceDown", "Unreachable", "TimedOut", "ContentChanged")
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, WrongKey),
        (402, Refused),
        (403, WrongKey),
        (404, NotFound),
        (408, TimedOut),
        (409, Refused),
        (410, NotFound),
        (413, Refused),
        (418, Refused),
        (422, Refused),
        (429, RateLimited),
        (500, ServiceDown),
        (502, ServiceDown),
        (503, ServiceDown),
        (504, ServiceDown),
        (599, ServiceDown),
        (300, UnexpectedAnswer),
        (301, UnexpectedAnswer),
        (307, UnexpectedAnswer),
    ],
)
@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body><h1>Words</h1></body></html>", b'{"message": "Words"}', b'"Words"', b'["Words"]', b"\xff"],
)
def test_status_codes(
    server: Any, reply: Any, client_for: Any, status: int, kind: type[Exception], body: bytes
) -> None:
    server.on("GET", "/jobs/1", reply(body, status))
    with pytest.raises(RenderjuiceError) as caught:
        client_for(server.url, attempts=1).get_job("1")
    assert type(caught.value) is kind
    assert str(status) in caught.value.detail
    if kind is not UnexpectedAnswer:
        assert ("Words" in caught.value.detail) == (b"Words" in body)
    if isinstance(caught.value, Refused):
        assert caught.value.status == status
        assert caught.value.words == ("Words" if b"Words" in body else caught.value.words)
        assert caught.value.words in caught.value.message


def test_a_refusal_names_the_fields(server: Any, reply: Any, client: Any) -> None:
    issue = {"path": ["requestedRenderConfig", "denoiserType"], "message": "Invalid enum value"}
    server.on("POST", "/jobs/1/render", reply({"error": {"issues": [issue]}}, 400))
    with pytest.raises(Refused) as caught:
        client.render_job("1", RenderConfig())
    assert caught.value.field_names == ("denoiserType",)
    assert caught.value.message == "Renderjuice refused: denoiserType: Invalid enum value."
    assert len(server.seen) == 1


def test_a_refusal_without_words(server: Any, reply: Any, client: Any) -> None:
    server.on("POST", "/jobs/1/validate", reply(b"", 400))
    with pytest.raises(Refused) as caught:
        client.validate_job("1")
    assert (caught.value.words, caught.value.field_names) == ("", ())
    assert caught.value.message == "Renderjuice refused without a reason."


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "answered with nothing"),
        (b"  \n", "answered with nothing"),
        (b"<html>Log in to the hotel's network</html>", "web page"),
        (b"OK", "not JSON"),
        (b'{"id": "1"', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b"1" * 10_000, "not JSON"),
    ],
)
def test_not_json(server: Any, reply: Any, client: Any, body: bytes, sentence: str) -> None:
    server.on("GET", "/jobs/1", reply(body))
    with pytest.raises(UnexpectedAnswer, match=sentence):
        client.get_job("1")
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"id": "1", "normalizedSeconds": NaN}', '{"id": "1"}'.encode("utf-16")])
def test_json_with_a_byte_order_mark_or_nan(server: Any, reply: Any, client: Any, body: bytes) -> None:
    server.on("GET", "/jobs/1", reply(body))
    job = client.get_job("1")
    assert (job.id, job.normalized_seconds) == ("1", None)


def test_nothing_listens(client_for: Any, free_port: int) -> None:
    with pytest.raises(Unreachable) as caught:
        client_for(f"http://127.0.0.1:{free_port}", attempts=1).get_job("1")
    assert "127.0.0.1 cannot be reached" in caught.value.message
    assert "refused" in caught.value.detail.lower()
    assert not caught.value.may_have_arrived


def test_no_such_host(client_for: Any) -> None:
    with pytest.raises(Unreachable) as caught:
        client_for("https://renderjuice.invalid", attempts=1).get_job("1")
    assert "renderjuice.invalid" in caught.value.message
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("status", [200, 301, 302, 400, 401, 403, 404, 407, 413])
def test_a_web_page_is_not_the_service_s_answer(server: Any, reply: Any, client_for: Any, status: int) -> None:
    """Whatever its status says, it is that of a network's login page or of a proxy."""
    page = reply(b"<html>Log in</html>", status, {"Content-Type": "text/html; charset=utf-8"})
    server.on("GET", "/jobs/1", page)
    server.on("POST", "/jobs/1/cancel", page)
    for call in ("get_job", "cancel_job"):
        with pytest.raises(UnexpectedAnswer) as caught:
            getattr(client_for(server.url, attempts=1), call)("1")
        assert caught.value.is_foreign


@pytest.mark.parametrize("status", [408, 429, 500, 502, 511])
def test_a_web_page_that_says_come_again_is_believed(server: Any, reply: Any, client_for: Any, status: int) -> None:
    server.on("GET", "/jobs/1", reply(b"<html>Busy</html>", status, {"Content-Type": "text/html"}))
    with pytest.raises(RenderjuiceError) as caught:
        client_for(server.url, attempts=1).get_job("1")
    assert caught.value.transient


def test_a_refused_key_names_the_environment_only_where_it_comes_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENDERJUICE_API_KEY", raising=False)
    assert WrongKey().sentence == "This API key is not accepted. Paste it again."
    monkeypatch.setenv("RENDERJUICE_API_KEY", "RJ-1")
    assert WrongKey().sentence.endswith("environment variable RENDERJUICE_API_KEY: set that anew.")
