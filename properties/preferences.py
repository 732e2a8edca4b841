# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's preferences: key, output folder, what quitting Blender means, and server.

The preferences do not hold the key: it lies in a file that its owner alone can read. Blender writes string preferences
in clear text into `userpref.blend`, also those marked as passwords or not to be saved (4.2 to 5.2).
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any, cast

import bpy

from .. import __package__ as base_package
from ..api.address import host_of
from ..jobs import credentials
from ..jobs.home import Home
from ..messages.message import Message
from ..translations import translate
from . import connection_check

BLEND_RELATIVE: Any = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""The option of a path that may begin with //. Newer Blenders paint it red without the option; 4.2 does not know it."""
WEBSITE = "https://www.renderjuice.com"
"""Where the dashboard and the API keys are."""
LABEL_SHARE = 0.4
"""The share of a line that Blender gives to labels."""
KEY_IS_SET = "RJ-" + "*" * 16
"""What the key's field holds in place of the key."""


def home() -> Home:
    """The extension's own folder, which survives its upgrades (`bpy.utils.extension_path_user`)."""
    return Home(Path(bpy.utils.extension_path_user(base_package)))


def free_bytes() -> int | None:
    """Free bytes on the disk of the extension's own folder. None means that the system does not report them."""
    try:
        return home().free_bytes()
    except OSError:
        return None


def get(context: bpy.types.Context) -> RENDERJUICE_AP_preferences:
    """The add-on's preferences."""
    return cast(RENDERJUICE_AP_preferences, context.preferences.addons[base_package].preferences)


def api_url(context: bpy.types.Context) -> str:
    """The service address in force: the environment's, else the preferences', else the public one."""
    return credentials.api_url(get(context).server)


def api_host(context: bpy.types.Context) -> str:
    """The host of the service address in force."""
    return host_of(api_url(context))


def output_folder(context: bpy.types.Context) -> str:
    """The folder for the frames of the open scene, as written: the scene's, else the preferences'."""
    return context.scene.renderjuice.output_dir.strip() or get(context).output_folder.strip() or "//"


def has_key(context: bpy.types.Context) -> bool:
    """True when there is a key for the service address in force. Panels ask at every redraw."""
    return _is_known(api_url(context))


def _is_known(url: str) -> bool:
    return bool(os.environ.get(credentials.KEY_VARIABLE, "").strip()) or _is_stored(url)


@functools.lru_cache
def _is_stored(url: str) -> bool:
    """Whether the key is in the file. The file is read once, and again after each change of the key."""
    return bool(credentials.find_key(home().credentials, url, session_url=url, environment={}))


def _show_key(preferences: RENDERJUICE_AP_preferences) -> str:
    return KEY_IS_SET if _is_known(credentials.api_url(preferences.server)) else ""


def _store_key(preferences: RENDERJUICE_AP_preferences, key: str) -> None:
    if key != KEY_IS_SET:
        credentials.store_key(home().create().credentials, credentials.api_url(preferences.server), key)
        _is_stored.cache_clear()
        connection_check.require(bool(key.strip()))


def _server_changed(preferences: RENDERJUICE_AP_preferences, _context: bpy.types.Context) -> None:
    connection_check.require(_is_known(credentials.api_url(preferences.server)))


class RENDERJUICE_AP_preferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Renderjuice."""

    bl_idname = base_package

    server: bpy.props.StringProperty(
        name="Server",
        description="Address of the Renderjuice service",
        default=credentials.DEFAULT_API_URL,
        update=_server_changed,
    )
    # a property with get and set of its own is not written to userpref.blend
    api_key: bpy.props.StringProperty(
        name="API Key",
        description="Your key from the Renderjuice dashboard, kept in a file that only you can read",
        subtype="PASSWORD",
        get=_show_key,
        set=_store_key,
        options={"SKIP_SAVE"},
    )
    output_folder: bpy.props.StringProperty(
        name="Output Folder",
        description="Where frames go, each job in a folder of its own; // is the folder of the .blend file",
        default="//renderjuice",
        subtype="DIR_PATH",
        options=BLEND_RELATIVE,
    )
    on_quit: bpy.props.EnumProperty(
        name="When Blender Quits",
        description="What happens to running transfers when the last Blender is closed",
        items=(
            ("KEEP", "Keep Working", "Go on sending and fetching until every job is done"),
            ("UPLOADS", "Finish Uploads", "Send what is being sent, and fetch the frames when Blender is open again"),
            ("STOP", "Stop", "Stop all transfers, and go on when Blender is open again"),
        ),
        default="KEEP",
    )
    is_testing_connection: connection_check.IS_RUNNING
    connection_answer: connection_check.ANSWER
    is_connection_test_required: connection_check.IS_REQUIRED

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the preferences; changes nothing."""
        layout = self.layout
        layout.use_property_split = True
        column = layout.column()
        _draw_field(column, self, "api_key", credentials.KEY_VARIABLE)
        self._draw_test(column)
        column.separator()
        column.prop(self, "output_folder")
        column.prop(self, "on_quit")
        # a panel of its own would be painted beyond the box that Blender draws around preferences (5.2)
        column.separator()
        column.label(text="Advanced")
        draw_server(column, self)

    def _draw_test(self, column: bpy.types.UILayout) -> None:
        """Draw the buttons that belong to the key, and how its last test went."""
        split = column.split(factor=LABEL_SHARE)
        split.label()
        buttons = split.row(align=True)
        buttons.operator("renderjuice.test_connection", text="Test Connection")
        if is_public(self):
            buttons.operator("wm.url_open", text="Get an API Key...", icon="URL").url = WEBSITE
        split = column.split(factor=LABEL_SHARE)
        split.label()
        if connection_check.is_running():
            split.label(text="Testing...", icon="TIME")
        elif (answer := connection_check.answer()) is not None:
            is_right, sentence = answer
            split.label(text=translate(sentence), icon="CHECKMARK" if is_right else "ERROR", translate=False)
        elif not _is_known(credentials.api_url(self.server)):
            split.label(text=translate(key_wanted(self)), icon="INFO", translate=False)


def is_public(preferences: RENDERJUICE_AP_preferences) -> bool:
    """True for the service itself, False for another server."""
    return credentials.api_url(preferences.server) == credentials.DEFAULT_API_URL


def key_wanted(preferences: RENDERJUICE_AP_preferences) -> Message:
    """Asks for the key. Each server has its own, so that the field is empty when another one was entered."""
    host = "" if is_public(preferences) else host_of(credentials.api_url(preferences.server))
    return Message("Enter the API key for {}.", host) if host else Message("Enter your API key.")


def draw_key(column: bpy.types.UILayout, preferences: RENDERJUICE_AP_preferences) -> None:
    """Draw the field for the key, unless the environment gives the key."""
    if credentials.KEY_VARIABLE not in os.environ:
        column.prop(preferences, "api_key", text="", placeholder="API Key")


def draw_server(column: bpy.types.UILayout, preferences: RENDERJUICE_AP_preferences) -> None:
    """Draw the field for the server."""
    _draw_field(column, preferences, "server", credentials.URL_VARIABLE)


def _draw_field(column: bpy.types.UILayout, preferences: RENDERJUICE_AP_preferences, field: str, variable: str) -> None:
    """Draw a field. One that the environment sets is shown and cannot be changed."""
    is_set = variable in os.environ
    row = column.row()
    row.enabled = not is_set
    row.prop(preferences, field)
    if is_set:
        text = Message("Set by the environment variable {}", variable)
        column.label(text=translate(text), icon="INFO", translate=False)


classes = (RENDERJUICE_AP_preferences,)


_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Make the preferences known to Blender."""
    _is_stored.cache_clear()
    _register_classes()


def unregister() -> None:
    """Undo `register`."""
    _unregister_classes()
