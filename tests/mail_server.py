"""A mail server on loopback, as small as one can be: it takes what it is told, and keeps it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(slots=True)
class Mailbox:
    """What came; ``answer`` is what the server says to the next recipients."""

    port: int = 0
    came: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answer: str = "250 OK"

    def subjects_to(self, address: str) -> list[str]:
        """The subjects of what came for somebody, in order."""
        return [str(mail["Subject"]) for to, mail in self.came if to == address]


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server at 127.0.0.1 that takes mail until the end of the ``with``."""
    mailbox = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            recipients: list[str] = []
            self._say("220 here")
            while line := self.rfile.readline():
                word = line.strip().decode()
                match word.upper().split(" ")[0].split(":")[0]:
                    case "EHLO" | "HELO" | "MAIL" | "RSET":
                        self._say("250 OK")
                    case "RCPT":
                        recipients.append(word.partition("<")[2].partition(">")[0])
                        self._say(mailbox.answer)
                    case "DATA":
                        self._say("354 go on")
                        self._take(recipients)
                        self._say("250 OK")
                    case "QUIT":
                        self._say("221 bye")
                        return
                    case _:
                        self._say("502 what?")

        def _take(self, recipients: list[str]) -> None:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            mail = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            mailbox.came += [(to, mail) for to in recipients]

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        mailbox.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        serving.start()
        try:
            yield mailbox
        finally:
            server.shutdown()
            serving.join()
