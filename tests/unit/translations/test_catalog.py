# SPDX-License-Identifier: GPL-3.0-or-later
"""English texts are found again among the messages, also with values in them; what is not ours stays as it is."""

from __future__ import annotations

import pytest

from renderjuice.translations.catalog import MOST_REMEMBERED, Catalog

MESSAGES = {
    "Jobs": "Aufträge",
    "Movie Clip": "Filmclip",
    "Output Folder": "Ausgabeordner",
    "It cannot be reached.": "Es ist nicht erreichbar.",
    "Check the connection.": "Prüfen Sie die Verbindung.",
    "its end is missing": "das Ende fehlt",
    "its path is absolute": "der Pfad ist absolut",
    "The file {} arrived damaged: {}.": "Beschädigt kam an: {0} ({1}).",
    "The job “{}” is over.": "Der Auftrag „{}“ ist vorbei.",
    "{} took too long to answer.": "{} brauchte zu lange.",
    "The cancel has not arrived: {}": "Der Abbruch kam nicht an: {}",
    "{} of {}": "{1} gesamt, {0} fertig",
    "{} left": "noch {}",
    "{} h {} min": "{} Std. {} Min.",
    "{} cannot be sent: {} ({}).": "{} ist nicht zu senden: {} ({}).",
    "{files} files arrived, as many as asked.": "Es kamen {files} Dateien an, wie bestellt.",
    "The window shows “{}”. Switch to “{}” and submit again.": "Das Fenster zeigt „{}“. Wechseln Sie zu „{}“.",
}

TEMPLATE = "The file {} arrived damaged: {}."
NAMES = [
    "Jobs",
    "It cannot be reached.",
    TEMPLATE,
    "The job “{}” is over.",
    "a.b: c, d",
    "x" * 300,
    "🎬 שלום عالم 日本語",
    "{0} {} {name} %s {{",
    "",
]


@pytest.fixture
def catalog() -> Catalog:
    """A small catalog."""
    return Catalog(MESSAGES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jobs", "Aufträge"),
        ("Jobs of nobody", "Jobs of nobody"),
        ("The file a.png arrived damaged: its end is missing.", "Beschädigt kam an: a.png (das Ende fehlt)."),
        (
            "The cancel has not arrived: x.com took too long to answer.",
            "Der Abbruch kam nicht an: x.com brauchte zu lange.",
        ),
        ("It cannot be reached. Check the connection.", "Es ist nicht erreichbar. Prüfen Sie die Verbindung."),
        ("Their own words. Check the connection.", "Their own words. Prüfen Sie die Verbindung."),
        ("Their own words: It cannot be reached.", "Their own words: Es ist nicht erreichbar."),
        ("“a: b. c”: It cannot be reached.", "“a: b. c”: Es ist nicht erreichbar."),
        ("3 of 40", "40 gesamt, 3 fertig"),
        ("1.5 MB of 2.0 GB", "2.0 GB gesamt, 1.5 MB fertig"),
        ("3 h 20 min left", "noch 3 Std. 20 Min."),
        ("128 · 3 of 4", "128 · 4 gesamt, 3 fertig"),
        ("7 files arrived, as many as asked.", "Es kamen 7 Dateien an, wie bestellt."),
        ("The window shows “A. B”. Switch to “C” and submit again.", "Das Fenster zeigt „A. B“. Wechseln Sie zu „C“."),
        (
            "Movie clip “Wood (1)” cannot be sent: its path is absolute (/a (1).png). Check the connection.",
            "Filmclip “Wood (1)” ist nicht zu senden: der Pfad ist absolut (/a (1).png). Prüfen Sie die Verbindung.",
        ),
    ],
)
def test_a_text_is_translated_as_far_as_it_is_known(catalog: Catalog, text: str, words: str) -> None:
    assert catalog.translate(text) == words
    assert catalog.translate(text) == words


@pytest.mark.parametrize(
    "text", ["Most of them are gone", "Nobody left", "", " ", "...", "{}", "“”", "\n", "All of nothing: x", "a “ b: c"]
)
def test_what_only_looks_like_a_template_stays_as_it_is(catalog: Catalog, text: str) -> None:
    assert catalog.translate(text) == text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_never_translated(catalog: Catalog, name: str) -> None:
    assert catalog.translate(f"The job “{name}” is over.") == f"Der Auftrag „{name}“ ist vorbei."


@pytest.mark.parametrize("name", [name for name in NAMES if name not in MESSAGES and "“" not in name])
def test_a_value_that_is_no_message_stays_as_it_is(catalog: Catalog, name: str) -> None:
    assert name in catalog.translate(f"The file {name} arrived damaged: 7.")
    assert name in catalog.translate(f"The file 7 arrived damaged: {name}.")


def test_a_value_may_be_a_message_with_a_name_in_it() -> None:
    catalog = Catalog({"Nobody knows {}.": "Niemand kennt {}.", "the engine “{}”": "die Engine „{}“"})
    assert catalog.translate("Nobody knows the engine “Fast: 2”.") == "Niemand kennt die Engine „Fast: 2“."
    assert catalog.translate("Nobody knows “the engine”.") == "Niemand kennt “the engine”."


def test_a_text_that_can_be_read_in_two_ways_stays_english(catalog: Catalog) -> None:
    text = "The file a arrived damaged: b arrived damaged: c."
    assert catalog.translate(text) == text


def test_a_language_without_blanks_has_none_between_sentences() -> None:
    catalog = Catalog({"It is full.": "満杯です。", "Retry.": "再試行。", "Label": "ラベル", "no end": "終わりなし"})
    assert catalog.translate("It is full. Retry.") == "満杯です。再試行。"
    assert catalog.translate("Who knows. Retry.") == "Who knows. 再試行。"
    assert catalog.translate("no end.") == "終わりなし。"


def test_what_is_remembered_has_a_limit(catalog: Catalog) -> None:
    for number in range(MOST_REMEMBERED + 10):
        assert catalog.translate(f"{number} of {number}") == f"{number} gesamt, {number} fertig"
    assert len(catalog._remembered) <= MOST_REMEMBERED


def test_a_long_text_is_looked_at_in_steps_and_not_in_powers() -> None:
    """Texts that fit a template in ever so many ways, and endless ones, would else take hours."""
    messages = {f"{{}} a{number} {{}} of {{}}: {{}}.": f"{{}} b{number} {{}} {{}} {{}}." for number in range(500)}
    catalog = Catalog(messages)
    for text in ("x a1 of of of: : : a2 of " * 40 + ".", "no. " * 5000, "no: " * 5000, "“" * 5000, "1 of " * 3000):
        assert catalog.translate(text) == text
