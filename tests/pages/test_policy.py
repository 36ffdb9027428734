"""The one policy of pages, and the styles that it lets stand in them."""

import base64
import hashlib
import re
from pathlib import Path

from tests.pages.sample import siroua_six
from timing.core.book import RaceBook
from timing.pages.board_page import board_page
from timing.pages.policy import POLICY, STYLES
from timing.pages.rendering import render

NGINX = Path(__file__).parents[2] / "deploy" / "nginx.conf"


def test_a_board_needs_no_other_answer_to_be_seen_and_the_policy_takes_just_its_styles() -> None:
    text = render(board_page(RaceBook(siroua_six()), "gc", {}))
    styles = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    assert styles
    for style in styles:
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in STYLES
    assert 'rel="stylesheet"' not in text
    assert f'<meta http-equiv="Content-Security-Policy" content="{STYLES}">' in text.replace(
        "&#39;", "'"
    )


def test_the_addresses_in_such_a_style_are_whole() -> None:
    text = render(board_page(RaceBook(siroua_six()), "gc", {}))
    addresses = re.findall(r"url\((.*?)\)", text)
    assert addresses
    assert all(address.startswith("/static/") for address in addresses)


def test_a_web_server_before_snapshots_sends_the_same_policy_and_leaves_digests_to_pages() -> None:
    policy = POLICY.replace(STYLES, "style-src 'self' 'unsafe-inline'")
    assert f'Content-Security-Policy "{policy}"' in NGINX.read_text(encoding="utf-8")
