# SPDX-License-Identifier: GPL-3.0-or-later
"""A message is translated with its values; what is not ours stays as it is, and what is missing stays English."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping

import pytest

from renderjuice.messages.message import Message, from_json, sentences, to_json
from renderjuice.translations.formatting import translate_message

GERMAN = {
    "Jobs": "Aufträge",
    "Movie clip": "Filmclip",
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
    "{} “{}” cannot be sent: {} ({}).": "{} „{}“ ist nicht zu senden: {} ({}).",
    "The window shows “{}”. Switch to “{}” and submit again.": "Das Fenster zeigt „{}“. Wechseln Sie zu „{}“.",
}
JAPANESE = {
    "It is full.": "満杯です。",
    "Retry.": "再試行。",
    "Really?": "本当ですか？",
    "The job “{}” is over.": "ジョブ「{}」は終わりました。",
}
NAMES = [
    "Jobs",
    "It cannot be reached.",
    "The file {} arrived damaged: {}.",
    "The job “{}” is over.",
    "a.b: c, d",
    "x" * 300,
    "🎬 שלום عالم 日本語",
    "{0} {} {name} %s {{",
    "満杯です。 Retry.",
    "",
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (Message("Jobs"), "Aufträge"),
        (Message("Jobs of nobody"), "Jobs of nobody"),
        (
            Message("The file {} arrived damaged: {}.", "a.png", Message("its end is missing")),
            "Beschädigt kam an: a.png (das Ende fehlt).",
        ),
        (
            Message("The cancel has not arrived: {}", Message("{} took too long to answer.", "x.com")),
            "Der Abbruch kam nicht an: x.com brauchte zu lange.",
        ),
        (Message("{} of {}", 3, 40), "40 gesamt, 3 fertig"),
        (Message("{} of {}", "1.5 MB", "2.0 GB"), "2.0 GB gesamt, 1.5 MB fertig"),
        (Message("{} left", Message("{} h {} min", 3, 20)), "noch 3 Std. 20 Min."),
        (
            sentences(Message("128"), Message("{} of {}", 3, 4), separator=" · "),
            "128 · 4 gesamt, 3 fertig",
        ),
        (
            Message("The window shows “{}”. Switch to “{}” and submit again.", "A. B", "C"),
            "Das Fenster zeigt „A. B“. Wechseln Sie zu „C“.",
        ),
        (
            sentences(
                Message(
                    "{} “{}” cannot be sent: {} ({}).",
                    Message("Movie clip"),
                    "Wood (1)",
                    Message("its path is absolute"),
                    "/a (1).png",
                ),
                Message("Check the connection."),
            ),
            "Filmclip „Wood (1)“ ist nicht zu senden: der Pfad ist absolut (/a (1).png). Prüfen Sie die Verbindung.",
        ),
    ],
)
def test_a_message_is_translated_with_its_values(text: Message, words: str) -> None:
    assert translate_message(text, GERMAN) == words


def test_a_value_that_is_no_message_stays_as_it_is() -> None:
    assert translate_message(Message("{} left", "Jobs"), GERMAN) == "noch Jobs"
    assert translate_message(Message("{} left", Message("Jobs")), GERMAN) == "noch Aufträge"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", [GERMAN, JAPANESE, {}], ids=["german", "japanese", "english"])
def test_a_name_is_never_translated_nor_changed(name: str, words: Mapping[str, str]) -> None:
    template = "The job “{}” is over."
    assert translate_message(Message(template, name), words) == words.get(template, template).replace("{}", name)
    around = sentences(Message(template, name), name, Message(template, name))
    assert translate_message(around, words).count(name) >= 3


def test_a_sentence_that_is_missing_is_english_and_its_values_are_translated() -> None:
    text = Message("Nobody knows {}: {}", Message("Jobs"), Message("{} of {}", 1, Message("Nothing")))
    assert translate_message(text, GERMAN) == "Nobody knows Aufträge: Nothing gesamt, 1 fertig"
    assert translate_message(text, {}) == text


def test_sentences_in_a_row_are_translated_one_by_one() -> None:
    row = sentences(Message("It cannot be reached."), Message("Their own words."), Message("Check the connection."))
    assert translate_message(row, GERMAN) == "Es ist nicht erreichbar. Their own words. Prüfen Sie die Verbindung."
    inner = sentences(Message("It cannot be reached."), sentences(Message("Jobs"), "Jobs"))
    assert translate_message(inner, GERMAN) == "Es ist nicht erreichbar. Aufträge Jobs"


def test_no_blank_follows_a_sentence_of_a_language_without_blanks() -> None:
    full, retry, really = Message("It is full."), Message("Retry."), Message("Really?")
    assert (
        translate_message(sentences(full, retry, really, retry), JAPANESE) == "満杯です。再試行。本当ですか？再試行。"
    )
    assert translate_message(sentences(Message("Who knows."), retry), JAPANESE) == "Who knows. 再試行。"
    assert translate_message(sentences(full, "Raw words.", retry), JAPANESE) == "満杯です。Raw words. 再試行。"


def test_blanks_within_values_stay_in_a_row_of_sentences() -> None:
    name = "満杯です。 Retry！ "
    row = sentences(name, Message("The job “{}” is over.", name))
    assert translate_message(row, JAPANESE) == f"{name} ジョブ「{name}」は終わりました。"
    assert translate_message(row, {}) == row


@pytest.mark.parametrize("text", ["", " ", "...", "{}", "“”", "\n", "{0} {", "All of nothing: x"])
def test_a_text_without_values_is_taken_literally(text: str) -> None:
    assert translate_message(text, GERMAN) == text
    assert translate_message(Message(text), GERMAN) == text


def test_a_plain_string_is_translated_as_a_whole_or_not_at_all() -> None:
    """Journals of versions that knew no templates hold finished sentences."""
    assert translate_message("Check the connection.", GERMAN) == "Prüfen Sie die Verbindung."
    for text in ("The job “Wood” is over.", "It cannot be reached. Check the connection.", "3 of 4"):
        assert translate_message(text, GERMAN) == text


def test_a_translation_may_use_a_value_twice_or_not_at_all() -> None:
    words = {"{} frame": "{0} Bild ({0})", "One of {} frames": "Ein Bild"}
    assert translate_message(Message("{} frame", 1), words) == "1 Bild (1)"
    assert translate_message(Message("One of {} frames", 4), words) == "Ein Bild"


def test_signs_around_values_may_be_translated_too() -> None:
    assert translate_message(Message("{}: {}", Message("Jobs"), 3), {**GERMAN, "{}: {}": "{} : {}"}) == "Aufträge : 3"


def test_a_message_is_translated_after_it_was_kept_or_copied() -> None:
    text = sentences(Message("The job “{}” is over.", "{} of {}"), Message("{} of {}", 3, Message("Jobs")))
    words = translate_message(text, GERMAN)
    assert words == "Der Auftrag „{} of {}“ ist vorbei. Aufträge gesamt, 3 fertig"
    assert translate_message(copy.deepcopy(text), GERMAN) == words
    assert translate_message(from_json(json.loads(json.dumps(to_json(text)))), GERMAN) == words
