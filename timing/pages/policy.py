"""What browsers are told to refuse in pages: one policy, for whoever serves them.

Everything a page needs comes from where it comes from itself, and nothing runs in it that is not a
file of ours. Of styles written into a page only those are taken that this release puts there.
"""

from __future__ import annotations

from timing.pages.static_files import INLINE_STYLES, inline_digest

STYLES = "style-src 'self' " + " ".join(f"'{inline_digest(name)}'" for name in INLINE_STYLES)
"""Which styles are taken. Pages say it themselves too, for servers that know no digests."""

POLICY = (
    f"default-src 'self'; {STYLES}; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
