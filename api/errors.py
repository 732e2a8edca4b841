# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between this machine and the farm, told apart and told plainly.

Every error carries one sentence that says what happened (`message`), one that says what to do (`next_step`)
and the raw cause for the support bundle (`detail`). None of them ever holds the API key or the token of a signed URL.
"""

from __future__ import annotations

import os

from ..messages.message import Message, sentences

KEY_VARIABLE = "RENDERJUICE_API_KEY"
"""The environment variable whose key wins over the one that was entered."""


class RenderjuiceError(Exception):
    """The root of all errors of this package. `str(error)` is `sentence` in English.

    `transient`: the same call may succeed later, without anybody doing anything.
    `may_have_arrived`: the service may have carried the call out although its answer was lost.
    `is_foreign`: the answer was not the service's own, but a login page of the network, a proxy's page, nothing, or a
    body cut short. It says nothing about the call.
    `wait`: the seconds that the service asked to be left alone, None when it named none.
    """

    default_message = Message("Something went wrong between this computer and Renderjuice.")
    next_step = Message("Try again; if it happens again, send the support bundle to the people at Renderjuice.")
    transient = False
    may_have_arrived = False
    wait: float | None = None

    def __init__(
        self,
        message: Message | None = None,
        *,
        detail: str = "",
        next_step: Message | None = None,
        is_foreign: bool = False,
    ) -> None:
        self.message = message or self.default_message
        super().__init__(self.message)
        self.detail = detail
        self.is_foreign = is_foreign
        if next_step:
            self.next_step = next_step

    @property
    def sentence(self) -> Message:
        """What happened and what to do, in one line."""
        return sentences(self.message, self.next_step)

    def __str__(self) -> str:
        return str(self.sentence)


class WrongKey(RenderjuiceError):
    """401 or 403, or a key that cannot be one: the service does not accept the API key."""

    default_message = Message("This API key is not accepted.")
    next_step = Message("Paste it again.")

    def __init__(self, message: Message | None = None, *, detail: str = "", next_step: Message | None = None) -> None:
        if next_step is None and os.environ.get(KEY_VARIABLE, "").strip():
            next_step = Message("It comes from the environment variable {}: set that anew.", KEY_VARIABLE)
        super().__init__(message, detail=detail, next_step=next_step)


class NotFound(RenderjuiceError):
    """404 or 410: the service does not know the job, or knows it no more."""

    default_message = Message("Renderjuice does not know what was asked for; it may have been deleted.")
    next_step = Message("Look in the Renderjuice dashboard whether the job is still there and belongs to this API key.")


class Refused(RenderjuiceError):
    """Any other 4xx. `words` are the service's own, cleaned and capped; empty when it gave none.

    `field_names`: the documented JSON names of `requestedRenderConfig` fields that the refusal speaks of.
    """

    next_step = Message("Change what the reason speaks of and submit again.")

    def __init__(
        self,
        message: Message | None = None,
        *,
        words: str = "",
        status: int = 400,
        field_names: tuple[str, ...] = (),
        detail: str = "",
        next_step: Message | None = None,
    ) -> None:
        if not message:
            refused = Message("Renderjuice refused: {}", _with_full_stop(words))
            message = refused if words else Message("Renderjuice refused without a reason.")
        super().__init__(message, detail=detail, next_step=next_step)
        self.words = words
        self.status = status
        self.field_names = field_names


class RateLimited(RenderjuiceError):
    """429: too many calls. Nothing was carried out. `wait` is the service's `Retry-After` in seconds, or None."""

    default_message = Message("Renderjuice asks this computer to slow down.")
    next_step = Message("Wait a few minutes; the add-on goes on by itself.")
    transient = True

    def __init__(
        self,
        message: Message | None = None,
        *,
        wait: float | None = None,
        detail: str = "",
        next_step: Message | None = None,
    ) -> None:
        super().__init__(message, detail=detail, next_step=next_step)
        self.wait = wait


class ServiceDown(RenderjuiceError):
    """5xx: the service answered that it cannot work. `wait` as in `RateLimited`."""

    default_message = Message("Renderjuice has a problem of its own at the moment.")
    next_step = Message("Nothing is wrong on this computer; try again in a few minutes.")
    transient = True
    may_have_arrived = True

    def __init__(
        self,
        message: Message | None = None,
        *,
        wait: float | None = None,
        detail: str = "",
        next_step: Message | None = None,
    ) -> None:
        super().__init__(message, detail=detail, next_step=next_step)
        self.wait = wait


class Unreachable(RenderjuiceError):
    """No connection, or one that was cut: unknown host, refused, reset, an answer that ends too early."""

    default_message = Message("Renderjuice cannot be reached.")
    next_step = Message("Check the internet connection, the proxy and the firewall of this computer.")
    transient = True
    may_have_arrived = True

    def __init__(
        self,
        message: Message | None = None,
        *,
        may_have_arrived: bool = True,
        detail: str = "",
        next_step: Message | None = None,
    ) -> None:
        super().__init__(message, detail=detail, next_step=next_step)
        self.may_have_arrived = may_have_arrived


class CertificateRejected(Unreachable):
    """The connection was given up before anything was sent: the other side could not prove who it is."""

    default_message = Message("The security certificate of the server cannot be trusted, so nothing was sent.")
    next_step = Message(
        "Check the date and time of this computer; where a company proxy or a virus scanner reads the traffic, "
        "let REQUESTS_CA_BUNDLE name its certificate."
    )
    transient = False

    def __init__(self, message: Message | None = None, *, detail: str = "", next_step: Message | None = None) -> None:
        super().__init__(message, may_have_arrived=False, detail=detail, next_step=next_step)


class TimedOut(RenderjuiceError):
    """The connection, or the answer, took longer than allowed."""

    default_message = Message("Renderjuice took too long to answer.")
    next_step = Message("Check the internet connection, then try again in a few minutes.")
    transient = True
    may_have_arrived = True

    def __init__(
        self,
        message: Message | None = None,
        *,
        may_have_arrived: bool = True,
        detail: str = "",
        next_step: Message | None = None,
    ) -> None:
        super().__init__(message, detail=detail, next_step=next_step)
        self.may_have_arrived = may_have_arrived


class UnexpectedAnswer(RenderjuiceError):
    """An answer that is not what the API documents: not JSON, a web page, nothing, a redirect, a Job without id.

    All of these but a JSON of another shape are foreign.
    """

    default_message = Message("Renderjuice gave an answer that this add-on does not understand.")
    next_step = Message(
        "Check the API address in the preferences and that no login page of the network stands in between; "
        "otherwise look for an update of the add-on."
    )
    may_have_arrived = True


class UploadURLExpired(RenderjuiceError):
    """401, 403 or 410 to an upload, or a refusal that says so: the presigned URL is too old. Ask for a new one."""

    default_message = Message("The address for the upload has expired.")
    next_step = Message("Start the upload again; a fresh address is asked for by itself.")


class DownloadURLExpired(RenderjuiceError):
    """401, 403 or 410 to a download, or a refusal that says so. Fetch the list of downloads again."""

    default_message = Message("The address of the download has expired.")
    next_step = Message("Start the download again; fresh addresses are asked for by themselves.")


class StorageRefused(RenderjuiceError):
    """Any other refusal of the object storage. `words` are its own, cleaned and capped."""

    next_step = Message("Try again; if it happens again, send the support bundle to the people at Renderjuice.")

    def __init__(
        self,
        message: Message | None = None,
        *,
        words: str = "",
        status: int = 400,
        detail: str = "",
        next_step: Message | None = None,
        is_foreign: bool = False,
    ) -> None:
        if not message:
            reason = _with_full_stop(words) if words else Message("HTTP status {}.", status)
            message = Message("The storage behind Renderjuice refused the transfer: {}", reason)
        super().__init__(message, detail=detail, next_step=next_step, is_foreign=is_foreign)
        self.words = words
        self.status = status


class InsecureAddress(RenderjuiceError):
    """An address that is neither https:// nor http:// to this very computer. Nothing was sent."""

    default_message = Message("The address is not secure: it does not start with https://.")
    next_step = Message("Check the API address in the preferences; only https:// keeps the key and the scene private.")


class Canceled(RenderjuiceError):
    """A progress callback said stop."""

    default_message = Message("The transfer was canceled.")
    next_step = Message("Start it again whenever you like.")


class ContentChanged(RenderjuiceError):
    """The file at either end is not the one that the transfer began with. The next attempt starts from zero."""

    default_message = Message("The file changed while it was being transferred.")
    next_step = Message("Start the transfer again; it begins from zero.")
    transient = True


def _with_full_stop(words: str) -> str:
    """The words with a full stop, unless they end like a sentence already."""
    return words if words.endswith((".", "!", "?", "…")) else words + "."
