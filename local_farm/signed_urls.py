# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs that carry their own permission: what they give, until when, and a signature; no list of them is kept."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from urllib.parse import quote


class ExpiredURL(Exception):
    """The URL was good once."""


class BadURL(Exception):
    """The URL's token is missing or was not made here."""


class URLSigner:
    """Makes and checks the URLs of the storage at `base_url`; each holds for `lifetime` seconds.

    One with the same `secret` knows them as well, in another run of the farm.
    """

    def __init__(self, base_url: str, lifetime: float, secret: str) -> None:
        self.base_url = base_url
        self.lifetime = lifetime
        self._secret = secret.encode()

    def url(self, action: str, subject: str, name: str) -> tuple[str, datetime]:
        """Give a URL `/<action>/<name>?token=…` for the file `subject`, and when it expires."""
        expires = time.time() + self.lifetime
        payload = base64.urlsafe_b64encode(json.dumps([action, subject, expires]).encode()).decode().rstrip("=")
        token = f"{payload}.{self._signature(payload)}"
        return f"{self.base_url}/{action}/{quote(name, safe='')}?token={token}", datetime.fromtimestamp(expires, UTC)

    def subject(self, action: str, token: str) -> str:
        """Give what the token is for. Raises ExpiredURL, or BadURL for a token of another kind or maker."""
        payload, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            raise BadURL("the token is missing or wrong")
        made_for, subject, expires = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if made_for != action:
            raise BadURL(f"the token is for {made_for}, not for {action}")
        if time.time() >= expires:
            raise ExpiredURL("the URL has expired")
        return str(subject)

    def _signature(self, payload: str) -> str:
        return hmac.new(self._secret, payload.encode(), hashlib.sha256).hexdigest()[:32]
