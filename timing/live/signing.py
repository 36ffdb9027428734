"""Requests to S3-compatible storage, signed as AWS Signature Version 4 says (header form).

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from timing.core.times import Instant

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key, its secret, and the region and service they are used in."""

    key: str
    secret: str = field(repr=False)
    region: str
    service: str = "s3"


def signed_headers(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    *,
    at: Instant,
) -> dict[str, str]:
    """``headers`` with those that sign the request; ``url`` has no query and is quoted once."""
    parts = urlsplit(url)
    moment = datetime.fromtimestamp(at // 1_000, UTC)
    stamp, day = f"{moment:%Y%m%dT%H%M%SZ}", f"{moment:%Y%m%d}"
    digest = hashlib.sha256(body).hexdigest()
    sent = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    named = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    named["host"] = parts.netloc
    names = ";".join(sorted(named))
    canonical = "\n".join(
        (
            method,
            parts.path or "/",
            "",
            *(f"{name}:{named[name]}" for name in sorted(named)),
            "",
            names,
            digest,
        )
    )
    scope = f"{day}/{credentials.region}/{credentials.service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashed}"
    signature = hmac.new(_key(credentials, day), to_sign.encode(), hashlib.sha256).hexdigest()
    sent["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.key}/{scope},SignedHeaders={names},"
        f"Signature={signature}"
    )
    return sent


def object_path(bucket: str, key: str) -> str:
    """The path of an object, quoted once as S3 wants it: all but unreserved signs and ``/``."""
    return f"/{quote(bucket, safe='')}/{quote(key, safe='/~')}"


def _key(credentials: Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret}".encode()
    for part in (day, credentials.region, credentials.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
