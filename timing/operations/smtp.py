"""Sending a mail by the SMTP server of the settings: one connection a mail, bounded in time."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate

from timing.core.times import Instant
from timing.operations.mailing import Message, Sent
from timing.settings import Settings, SmtpSecurity

PATIENCE_SECONDS = 20.0

_ID_DIGITS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The server that takes mail, and who it says it is from."""

    host: str
    port: int
    security: SmtpSecurity
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def post_by(settings: Settings) -> Post | None:
    """The server of the settings; None where mail cannot be sent."""
    if not settings.smtp_host:
        return None
    return Post(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.smtp_from,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def letter(message: Message, post: Post, at: Instant) -> EmailMessage:
    """The mail as it is handed over.

    Its Message-ID comes from its key: sent twice after all, it is the same mail.
    """
    made = EmailMessage()
    made["From"] = post.sender
    made["To"] = message.address
    made["Subject"] = message.subject
    made["Date"] = formatdate(at / 1_000)
    digest = hashlib.sha256(message.key.encode()).hexdigest()[:_ID_DIGITS]
    made["Message-ID"] = f"<{digest}@{post.sender.rpartition('@')[2].rstrip('>')}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.body)
    return made


def send_mail(message: Message, post: Post, at: Instant) -> Sent:
    """Try once. A server that refuses the address or the mail for good is not asked again."""
    try:
        with _connected(post) as server:
            if post.user:
                server.login(post.user, post.password)
            server.send_message(letter(message, post, at))
    except smtplib.SMTPRecipientsRefused as error:
        refused = next(iter(error.recipients.values()))
        return Sent(is_taken=False, answer=_said(*refused), is_final=refused[0] >= 500)
    except smtplib.SMTPAuthenticationError as error:
        # A password is put right by people: the mail waits for it.
        return Sent(is_taken=False, answer=_said(error.smtp_code, error.smtp_error))
    except smtplib.SMTPResponseException as error:
        answer = _said(error.smtp_code, error.smtp_error)
        return Sent(is_taken=False, answer=answer, is_final=error.smtp_code >= 500)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Sent(is_taken=False, answer=f"{post.host}: {str(error) or type(error).__name__}")
    return Sent(is_taken=True, answer="taken")


def _connected(post: Post) -> smtplib.SMTP:
    if post.security is SmtpSecurity.TLS:
        trust = ssl.create_default_context()
        return smtplib.SMTP_SSL(post.host, post.port, timeout=PATIENCE_SECONDS, context=trust)
    server = smtplib.SMTP(post.host, post.port, timeout=PATIENCE_SECONDS)
    if post.security is SmtpSecurity.STARTTLS:
        try:
            server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server


def _said(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {words}"
