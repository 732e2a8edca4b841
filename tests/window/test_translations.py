# SPDX-License-Identifier: GPL-3.0-or-later
"""The words follow the language of a Blender that has languages, while it runs; the `bpy` module has none.

Debian's Blender looks for its languages in /usr/share/locale only, wherever it is unpacked. So a copy of the program
looks into a folder of the test's own, in which a list of languages is all that it needs.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from renderjuice.tests.window.display import Display
from renderjuice.tests.window.window import Window, install, running_window

LOCALE_FOLDER = b"/usr/share/locale"
CODES = ("en_US", "de_DE", "es", "fr_FR", "ja_JP", "zh_HANS")
"""Blender's codes, which are the same from 4.2 to 5.2 (`bl_i18n_utils/settings.py` of each)."""

WORDS = """
def words():
    translations = bpy.app.translations
    operator = bpy.ops.renderjuice.submit.get_rna_type()
    setting = bpy.types.Scene.bl_rna.properties["renderjuice"].fixed_type.properties["frame_ranges"]
    translate, message = module("translations").translate, module("messages.message").Message
    return {
        "operator": translations.pgettext_iface(operator.name, operator.translation_context),
        "button": translations.pgettext_iface("Render Frame", "Operator"),
        "panel": translations.pgettext_iface(bpy.types.RENDERJUICE_PT_overrides.bl_label),
        "property": translations.pgettext_iface(setting.name, setting.translation_context),
        "tooltip": translations.pgettext_tip(setting.description),
        "sentence": translate(message("The file {} arrived damaged: {}.", "a.png", message("its end is missing"))),
        "name": translate(message("The scene “{}” has no camera.", "Jobs: Overrides. Frames")),
    }
"""

ENGLISH = {
    "operator": "Render on Renderjuice",
    "button": "Render Frame",
    "panel": "Overrides",
    "property": "Frames",
    "tooltip": "Frames to render, such as 1-100, 1-100x2 for every second frame, or 5, 9, 20-30",
    "sentence": "The file a.png arrived damaged: its end is missing.",
    "name": "The scene “Jobs: Overrides. Frames” has no camera.",
}
GERMAN = {
    "operator": "Auf Renderjuice rendern",
    "button": "Bild rendern",
    "panel": "Überschreibungen",
    "property": "Einzelbilder",
    "tooltip": "Zu rendernde Bilder, etwa 1-100, 1-100x2 für jedes zweite Bild, oder 5, 9, 20-30",
    "sentence": "Die Datei a.png kam beschädigt an: ihr Ende fehlt.",
    "name": "Die Szene „Jobs: Overrides. Frames“ hat keine Kamera.",
}
OPERATORS = {
    "es": "Procesar en Renderjuice",
    "fr_FR": "Rendre sur Renderjuice",
    "ja_JP": "Renderjuice でレンダリング",
    "zh_HANS": "在 Renderjuice 上渲染",
}


@pytest.fixture(scope="module")
def speaking_window(display: Display, program: str, version: str) -> Iterator[Window]:
    """A Blender in a window that knows the languages of the extension, with the extension enabled."""
    with _new_locale_folder() as locale, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        listed = [f"{number}:{code}:{code}:100%\n" for number, code in enumerate(CODES, 1)]
        (locale / "languages").write_text("0:Automatic:DEFAULT:100%\n" + "".join(listed), encoding="utf-8")
        speaking = _copy_that_looks_in(locale, Path(program), Path(folder))
        variables = {"BLENDER_USER_RESOURCES": str(Path(folder, "user")), "HOME": folder, "XDG_CACHE_HOME": folder}
        install(speaking, os.environ["RENDERJUICE_ZIP"], variables)
        title = f"{version} with languages"
        with running_window(speaking, display, Path(folder), Path(folder), title, variables=variables) as window:
            yield window


@contextmanager
def _new_locale_folder() -> Iterator[Path]:
    """A folder whose path is as long as that in the program, and ends as that: the program has use for the end, too."""
    parent = Path("/tmp", secrets.token_hex(3)[:5])  # noqa: S108
    folder = parent / "locale"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(parent)


def _copy_that_looks_in(locale: Path, program: Path, folder: Path) -> str:
    """A copy of Blender's program that looks for its languages in another folder; what starts it has its name."""
    starter = program.read_text(encoding="utf-8")
    original = Path(re.findall(r"^exec '(.*)' ", starter, re.MULTILINE)[0])
    assert len(bytes(locale)) == len(LOCALE_FOLDER)
    content = original.read_bytes()
    assert LOCALE_FOLDER in content
    binary, speaking = folder / "binary", folder / "blender"
    binary.write_bytes(content.replace(LOCALE_FOLDER, bytes(locale)))
    speaking.write_text(starter.replace(str(original), str(binary)), encoding="utf-8")
    binary.chmod(0o755)
    speaking.chmod(0o755)
    return str(speaking)


def choose(window: Window, code: str) -> None:
    """Choose a language, as the preferences do."""
    window.ask(f"bpy.context.preferences.view.language = {code!r}")


def test_blender_calls_the_languages_as_the_extension_does(speaking_window: Window) -> None:
    assert set(speaking_window.ask("list(bpy.app.translations.locales)")) == set(CODES)


def test_the_words_follow_the_language(speaking_window: Window) -> None:
    assert speaking_window.ask(WORDS + "words()") == ENGLISH
    choose(speaking_window, "de_DE")
    speaking_window.wait_for(WORDS + f"words() == {GERMAN!r}")
    for code, operator in OPERATORS.items():
        choose(speaking_window, code)
        speaking_window.wait_for(WORDS + f"words()['operator'] == {operator!r}")
        assert all(
            words != ENGLISH[what]
            for what, words in speaking_window.ask(WORDS + "words()").items()
            if what != "property"
        )
    choose(speaking_window, "en_US")
    speaking_window.wait_for(WORDS + f"words() == {ENGLISH!r}")


def test_they_follow_it_also_after_another_file_was_opened(speaking_window: Window) -> None:
    choose(speaking_window, "ja_JP")
    speaking_window.ask("bpy.ops.wm.read_homefile(use_factory_startup=False)")
    choose(speaking_window, "de_DE")
    speaking_window.wait_for(WORDS + f"words() == {GERMAN!r}")


def test_who_wants_an_english_interface_has_english_words(speaking_window: Window) -> None:
    choose(speaking_window, "de_DE")
    speaking_window.wait_for(WORDS + f"words() == {GERMAN!r}")
    speaking_window.ask("bpy.context.preferences.view.use_translate_interface = False")
    words = speaking_window.ask(WORDS + "words()")
    speaking_window.ask("bpy.context.preferences.view.use_translate_interface = True")
    assert words == {**ENGLISH, "tooltip": GERMAN["tooltip"]}


def test_disabling_takes_the_words_back(speaking_window: Window) -> None:
    choose(speaking_window, "de_DE")
    speaking_window.wait_for(WORDS + f"words() == {GERMAN!r}")
    look = "bpy.app.translations.pgettext_iface('Render on Renderjuice', 'Operator')"
    speaking_window.ask("import addon_utils; addon_utils.disable(EXTENSION)")
    try:
        assert speaking_window.ask(look) == ENGLISH["operator"]
        choose(speaking_window, "ja_JP")
        speaking_window.wait_for("bpy.app.translations.locale == 'ja_JP'")
        assert speaking_window.ask(look) == ENGLISH["operator"]
    finally:
        speaking_window.ask("import addon_utils; addon_utils.enable(EXTENSION)")
    assert speaking_window.ask(look) == OPERATORS["ja_JP"]
