# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's own words, out of every shape of error body, and the render config fields they speak of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from renderjuice.api.error_text import MAX_WORDS_CHARACTERS, clean, hide_secrets, read_reason

ISSUE = {
    "code": "invalid_enum_value",
    "path": ["requestedRenderConfig", "denoiserType"],
    "message": "Invalid enum value, expected 'OPTIX'",
}
SAID = "denoiserType: Invalid enum value, expected 'OPTIX'"


@pytest.mark.parametrize(
    ("body", "words", "field_names"),
    [
        ({"message": "Job is not validated"}, "Job is not validated", ()),
        ({"error": "Job is not validated"}, "Job is not validated", ()),
        ({"error": {"message": "Job is not validated", "code": 7}}, "Job is not validated", ()),
        ({"detail": "Job is not validated"}, "Job is not validated", ()),
        ("Job is not validated", "Job is not validated", ()),
        (["one", "two", "one"], "one; two", ()),
        ({"statusCode": 400, "message": ["fps is odd"], "error": "Bad Request"}, "fps is odd", ("fps",)),
        ({"error": "Bad Request"}, "Bad Request", ()),
        (
            {"error": "Bad Request", "message": "denoiserType is not known"},
            "denoiserType is not known",
            ("denoiserType",),
        ),
        ({"issues": [ISSUE]}, SAID, ("denoiserType",)),
        ({"error": {"name": "ZodError", "issues": [ISSUE]}}, SAID, ("denoiserType",)),
        ({"message": json.dumps([ISSUE])}, SAID, ("denoiserType",)),
        (
            {"detail": [{"loc": ["body", "requestedRenderConfig", "fps"], "msg": "too small", "type": "x"}]},
            "fps: too small",
            ("fps",),
        ),
        (
            {"errors": {"fieldErrors": {"requestedRenderConfig": ["tileSize must be positive"]}, "formErrors": []}},
            "requestedRenderConfig: tileSize must be positive",
            ("tileSize",),
        ),
        ({"errors": {"fileName": ["must not be empty"]}}, "fileName: must not be empty", ()),
        (
            {"requestedRenderConfig": {"outputSettings": {"exrCodec": {"_errors": ["unknown"]}}, "_errors": []}},
            "exrCodec: unknown",
            ("exrCodec",),
        ),
        (
            {
                "errors": [
                    {"instancePath": "/requestedRenderConfig/outputSettings/colorDepth", "message": "not allowed"}
                ]
            },
            "colorDepth: not allowed",
            ("colorDepth",),
        ),
        (
            {"issues": [ISSUE, {"message": "compressionLevel and computeDeviceType clash"}]},
            f"{SAID}; compressionLevel and computeDeviceType clash",
            ("denoiserType", "computeDeviceType"),
        ),
        (
            {"issues": [ISSUE | {"message": "higher quality needed"}]},
            "denoiserType: higher quality needed",
            ("denoiserType",),
        ),
        ({"path": "/api/external/v1/jobs/1/render", "message": "No"}, "No", ()),
        ({}, "", ()),
        ({"message": None, "errors": [None, 3]}, "", ()),
        (None, "", ()),
        (7, "", ()),
    ],
)
def test_json(body: Any, words: str, field_names: tuple[str, ...]) -> None:
    reason = read_reason(json.dumps(body))
    assert reason.words == words
    assert reason.field_names == field_names


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<html><style>b{}</style><body><h1>413</h1><script>x()</script>Too large</body></html>", "413 Too large"),
        (
            '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message>'
            "<AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>",
            "AccessDenied; Request has expired",
        ),
        ("[" * 100_000, "["),
        ('{"message": ', '{"message":'),
    ],
)
def test_not_json(body: str, words: str) -> None:
    assert read_reason(body).words.startswith(words)
    assert bool(read_reason(body).words) == bool(words)


def test_words_are_one_plain_line_of_bounded_length() -> None:
    reason = read_reason(json.dumps({"message": "a\x1b[31m\u202eb\r\n<b onclick='x'>c</b> 3 < 4 > 2" + "x" * 10_000}))
    assert reason.words.startswith("a [31m b c 3 < 4 > 2xxx")
    assert len(reason.words) == MAX_WORDS_CHARACTERS


def test_many_complaints_are_capped() -> None:
    reason = read_reason(json.dumps({"errors": [{"message": f"m{number}"} for number in range(10_000)]}))
    assert len(reason.words) <= MAX_WORDS_CHARACTERS


def test_a_name_inside_another_word_is_not_a_field() -> None:
    assert read_reason('{"message": "myfps, fpsOf and xdenoiserType"}').field_names == ()


def test_clean_leaves_no_lone_surrogate() -> None:
    assert clean("a\ud800b") == "a b"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("key s3cr3t!", "key RJ-…"),
        ("S3CR3T!.example", "RJ-….example"),
        ("Bearer RJ-abc_DEF-123 is wrong", "Bearer … is wrong"),
        ("Bearer token is missing", "Bearer token is missing"),
        ("RJ-someone-elses", "RJ-…"),
        ("at https://s.example/a.png?token=abc&x=1 now", "at https://s.example/a.png?… now"),
    ],
)
def test_hide_secrets(text: str, hidden: str) -> None:
    assert hide_secrets(text, "s3cr3t!") == hidden
