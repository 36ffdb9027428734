"""The line to another installation, over http: small requests, each of which may be repeated."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from timing.operations.sync.pages import Life
from timing.operations.sync.plain import MOST_BYTES, Object, packed, unpacked

_PATIENCE_SECONDS = 60
_MOST_WORDS = 2_000


class LineFailed(OSError):
    """The other could not be reached, or did not answer: trying again may help."""


class LineRefused(ValueError):
    """The other answered that it won't: trying again won't help."""


class BadAddress(ValueError):
    """No address of an installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLine:
    """A line to the installation at an address, for one race, opened by a node key."""

    address: str
    slug: str
    key: str
    trust: ssl.SSLContext | None = None

    def meet(self, told: Object) -> Object:
        """Tell how this one stands, be told the same."""
        return self._ask("meeting", body=told)

    def frame(self) -> Object:
        """Its frame."""
        return self._ask("frame")

    def take_frame(self, frame: Object) -> None:
        """Give it a frame."""
        self._ask("frame", body=frame)

    def page(self, after: int, life: Life) -> Object:
        """Its next page for ``life`` after one of its revisions."""
        query = urlencode({"after": after, "node": life[0], "epoch": life[1]})
        return self._ask(f"records?{query}")

    def take_page(self, page: Object) -> Object:
        """Give it a page; what became of it."""
        return self._ask("records", body=page)

    def summary(self) -> Object:
        """What its journal holds."""
        return self._ask("summary")

    def _ask(self, what: str, body: Object | None = None) -> Object:
        request = urllib.request.Request(  # noqa: S310 - address checked by `line_to`
            f"{self.address}/api/v1/sync/{quote(self.slug)}/{what}",
            data=None if body is None else packed(body),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/x-bivouac-exchange",
            },
        )
        try:
            with urllib.request.urlopen(  # noqa: S310 - as above
                request, timeout=_PATIENCE_SECONDS, context=self.trust
            ) as answer:
                data = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from error
        except OSError as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise LineRefused(
                    f"{self.address} shows a certificate that is not trusted here"
                    f" ({reason.verify_message}); --ca FILE names the authority to trust"
                ) from error
            raise LineFailed(f"{self.address} can't be reached: {reason}") from error
        except (ValueError, HTTPException) as error:
            raise LineFailed(f"{self.address} broke off: {error}") from error
        return unpacked(data)

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        with error:
            try:
                detail = str(json.loads(error.read(_MOST_WORDS))["detail"])
            except (OSError, ValueError, KeyError, TypeError):
                detail = error.reason
        if error.code >= 500 or error.code == 429:
            return LineFailed(f"{self.address}: {detail}")
        return LineRefused(f"{self.address}: {detail}")


def line_to(address: str, slug: str, key: str, *, authority: Path | None = None) -> HttpLine:
    """A line to an address such as ``https://camp.example.org``.

    ``authority`` is the file of a certificate authority to trust beside the system's. Raises
    BadAddress.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BadAddress(f"{address!r} is no address like https://camp.example.org")
    trust = None
    if parts.scheme == "https":
        trust = ssl.create_default_context()
        if authority is not None:
            try:
                trust.load_verify_locations(authority)
            except (OSError, ssl.SSLError) as error:
                raise BadAddress(f"{authority} is no certificate that can be read") from error
    return HttpLine(address=address.rstrip("/"), slug=slug, key=key, trust=trust)
