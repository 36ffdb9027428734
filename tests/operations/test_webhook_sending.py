"""Requests to addresses that somebody typed in: public ones only, bounded, never on to another."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import trustme

from timing.operations.webhooks import sending
from timing.operations.webhooks.sending import (
    Allowed,
    BadWebhookUrl,
    NotSent,
    checked_url,
    post,
)
from timing.operations.webhooks.signing import signature

PUBLIC = Allowed()
HERE = Allowed(loopback=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "::1", "0.0.0.0",  # noqa: S104 - not to listen at
        "::", "10.0.0.1", "172.16.5.4", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
        "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
        "2002:7f00:1::", "64:ff9b::a00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not PUBLIC.is_open(address)
    with pytest.raises(BadWebhookUrl):
        post("https://example.org/", "{}", {}, PUBLIC, resolving=lambda *_: (address,))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is(address: str) -> None:
    assert PUBLIC.is_open(address)


def test_one_address_inside_among_public_ones_closes_the_way() -> None:
    def both(host: str, port: int) -> tuple[str, ...]:
        del host, port
        return "93.184.215.14", "10.0.0.1"

    with pytest.raises(BadWebhookUrl):
        post("https://example.org/", "{}", {}, PUBLIC, resolving=both)


def test_what_is_private_is_open_where_a_setting_says_so() -> None:
    allowed = Allowed(private=True)
    assert allowed.is_open("10.0.0.1")
    assert allowed.is_open("127.0.0.1")
    assert not allowed.is_open("224.0.0.1")
    assert checked_url("http://camp.lan:8080/hook", allowed)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https:///path", "example.org",
        "https://user:word@example.org/", "https://example.org/#part", "https://example.org/a b",
        "https://example.org:99999/", "https://ex\u00e4mple.org/", "https://example.org/\r\nX: y",
        "https://[::1", f"https://example.org/{'a' * 500}", "http://127.0.0.1/",
    ],
)  # fmt: skip
def test_other_addresses_are_refused_when_they_are_typed_in(url: str) -> None:
    with pytest.raises(BadWebhookUrl):
        checked_url(url, PUBLIC)


def test_in_development_this_machine_may_be_told_by_plain_http_and_no_other() -> None:
    assert checked_url("http://127.0.0.1:9000/x", HERE)
    assert checked_url("http://localhost:9000/x", HERE)
    with pytest.raises(BadWebhookUrl):
        checked_url("http://example.org/x", HERE)


def test_the_example_of_standard_webhooks_is_signed_as_it_is_there() -> None:
    """The example in the README of the Python library of Standard Webhooks."""
    assert (
        signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            '{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


# Against a real socket ----------------------------------------------------------------------------


class Peer:
    """A server on this machine that answers one connection with the bytes it is given."""

    def __init__(self, answer: bytes, trust: ssl.SSLContext | None = None) -> None:
        self.asked = b""
        self._answer, self._trust = answer, trust
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        try:
            if self._trust is not None:
                connection = self._trust.wrap_socket(connection, server_side=True)
            self.asked = connection.recv(65_536)
            connection.sendall(self._answer)
            self._done.wait(10)
        except OSError:
            pass
        finally:
            connection.close()

    def close(self) -> None:
        self._done.set()
        self._listening.close()
        self._thread.join()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def peers() -> Iterator[list[Peer]]:
    made: list[Peer] = []
    yield made
    for peer in made:
        peer.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_the_connection_goes_to_the_address_that_was_looked_at_and_speaks_with_the_host(
    authority: trustme.CA, peers: list[Peer]
) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("example.org").configure_cert(serving)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    peers.append(Peer(OK, serving))
    asked: list[str] = []

    def resolving(host: str, port: int) -> tuple[str, ...]:
        asked.append(f"{host} {port}")
        return ("127.0.0.1",)

    url = f"https://example.org:{peers[0].port}/hook?x=1"
    came = post(url, "{}", {"webhook-id": "m"}, HERE, resolving=resolving, trust=trust)
    assert (came.status, came.text) == (200, "ok")
    assert asked == [f"example.org {peers[0].port}"]
    head = peers[0].asked.decode()
    assert head.startswith("POST /hook?x=1 HTTP/1.1\r\n")
    assert f"Host: example.org:{peers[0].port}\r\n" in head


def test_another_hosts_certificate_is_not_trusted(authority: trustme.CA, peers: list[Peer]) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(serving)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    peers.append(Peer(OK, serving))
    url = f"https://example.org:{peers[0].port}/"
    with pytest.raises(NotSent):
        post(url, "{}", {}, HERE, resolving=lambda *_: ("127.0.0.1",), trust=trust)


def test_one_that_never_finishes_answering_is_cut_short(
    monkeypatch: pytest.MonkeyPatch, peers: list[Peer]
) -> None:
    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 0.3)
    peers.append(Peer(b"HTTP/1.1 2"))
    with pytest.raises(NotSent, match="took too long"):
        post(f"http://127.0.0.1:{peers[0].port}/", "{}", {}, HERE)


def test_what_comes_behind_the_status_is_not_waited_for_longer(
    monkeypatch: pytest.MonkeyPatch, peers: list[Peer]
) -> None:
    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 1.0)
    peers.append(Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"))
    came = post(f"http://127.0.0.1:{peers[0].port}/", "{}", {}, HERE)
    assert (came.is_taken, came.text) == (True, "abc")


def test_no_more_of_an_answer_is_read_than_people_look_at(peers: list[Peer]) -> None:
    long = b"x" * 100_000
    peers.append(Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + long))
    came = post(f"http://127.0.0.1:{peers[0].port}/", "{}", {}, HERE)
    assert len(came.text) == sending.MOST_ANSWER_BYTES


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n"])
def test_an_answer_that_is_none_is_a_failure_to_try_again(
    monkeypatch: pytest.MonkeyPatch, peers: list[Peer], answer: bytes
) -> None:
    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 0.3)
    peers.append(Peer(answer))
    with pytest.raises(NotSent):
        post(f"http://127.0.0.1:{peers[0].port}/", "{}", {}, HERE)
