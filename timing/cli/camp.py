"""``timing camp``: the application over https where there is no network but the camp's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import click
import segno

from timing.cli import machine
from timing.cli.camp_page_server import PageServer, Shown, keep_up_to_date
from timing.cli.databases import opened
from timing.cli.printing import is_interactive
from timing.cli.refusals import Refused, refusing
from timing.cli.serving import become_server, refuse_taken_port
from timing.cli.together import run_together
from timing.db.reading import race_list
from timing.operations.authority import CampCertificates, camp_certificates
from timing.operations.certificates import check_certificate, dns_lines, trusted_roots
from timing.operations.definitions import parse_definition
from timing.pages.camp_page import camp_page
from timing.pages.rendering import render
from timing.settings import BadSettings, Settings, kept_secret, read_settings

_HTTPS = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """A certificate obtained beforehand, for a public name."""

    name: str
    certificate: Path
    key: Path
    ends: datetime


@click.command()
@click.option("--name", metavar="NAME", help="A public name with a certificate got beforehand.")
@click.option("--cert", type=click.Path(path_type=Path), metavar="FILE", help="It, as PEM.")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="Its key, as PEM.")
@click.option("--ca", type=click.Path(path_type=Path), metavar="FILE", help="Trust it as well.")
@click.option(
    "--until",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="The race's last day; by default that of the races here.",
)
@click.option("--check", "is_check", is_flag=True, help="Check the certificate, serve nothing.")
@click.option("--dns-config", is_flag=True, help="Print what dnsmasq needs for --name.")
@click.option(
    "--address", "more", multiple=True, metavar="ADDRESS", help="One more of this machine's."
)
@click.option("--port", type=click.IntRange(1, 65_535), default=8443, show_default=True)
@click.option("--page-port", type=click.IntRange(1, 65_535), default=8080, show_default=True)
def camp(
    *,
    name: str | None,
    cert: Path | None,
    key: Path | None,
    ca: Path | None,
    until: datetime | None,
    is_check: bool,
    dns_config: bool,
    more: tuple[str, ...],
    port: int,
    page_port: int,
) -> None:
    """Serve the local network over https, and a page that leads phones to it.

    Without --name by a certificate authority made on the spot, which each phone installs once.
    """
    if len({name is None, cert is None, key is None}) != 1 and not (dns_config and name):
        raise click.UsageError("--name, --cert and --key go together.")
    own_addresses = tuple(dict.fromkeys((*machine.addresses(), *more)))
    if dns_config:
        if name is None:
            raise click.UsageError("--dns-config goes with --name.")
        click.echo("\n".join(dns_lines(name, own_addresses)))
        return
    own = None
    if name is not None and cert is not None and key is not None:
        own = _checked(name, cert, key, ca, until)
    if is_check:
        if own is None:
            raise click.UsageError("--check goes with --name, --cert and --key.")
        return
    _serve(own, more, port=port, page_port=page_port)


def _checked(name: str, cert: Path, key: Path, ca: Path | None, until: datetime | None) -> _Own:
    """The certificate, if it will do until the race's end; Refused, with every reason, if not."""
    last = (until or _last_day()).replace(tzinfo=UTC) + timedelta(days=1)
    try:
        checked = check_certificate(
            cert.read_bytes(),
            key.read_bytes(),
            name=name,
            at=datetime.now(UTC),
            until=last,
            roots=trusted_roots(ca),
        )
    except (OSError, ValueError) as error:
        raise Refused(f"A file can't be read: {error}.") from error
    for note in checked.notes:
        click.echo(note, err=True)
    if checked.faults or checked.ends is None:
        raise Refused("\n".join(checked.faults))
    click.echo(f"The certificate is for {name}, whole, and valid until {checked.ends:%Y-%m-%d}.")
    return _Own(name=name, certificate=cert.resolve(), key=key.resolve(), ends=checked.ends)


def _last_day() -> datetime:
    """The last day of the races here; today where there is none that is still to come."""
    with opened() as database, database.reading() as session:
        races = [parse_definition(listed.definition) for listed in race_list(session)]
    days = [stage.date for race in races for stage in race.stages]
    now = datetime.now(UTC)
    return max([now.replace(tzinfo=None), *(datetime(d.year, d.month, d.day) for d in days)])  # noqa: DTZ001 - a day


def _serve(own: _Own | None, more: tuple[str, ...], *, port: int, page_port: int) -> None:
    environ = {"BIVOUAC_HOST": "0.0.0.0", **os.environ, "PORT": str(port), "BIVOUAC_HTTPS": "yes"}  # noqa: S104 - the camp is to come
    with refusing(BadSettings):
        offline = read_settings(environ, serving=False)
        environ.setdefault("BIVOUAC_SECRET_KEY", kept_secret(offline.instance))
        settings = read_settings(environ)
    with opened(made=True):
        refuse_taken_port(settings)
    shown: Callable[[], Shown]
    renew: Callable[[], Shown | None]
    if own is None:
        keeper = _Keeper(settings, more, port)
        environ |= keeper.variables()
        shown = keeper.shown
        renew = keeper.renewed
    else:
        environ |= {
            "BIVOUAC_CERTIFICATE": str(own.certificate),
            "BIVOUAC_CERTIFICATE_KEY": str(own.key),
        }
        shown = partial(_shown_by_name, own, settings, port)
        renew = _nothing_new
    try:
        server = PageServer(settings.host, page_port, settings.node_name)
    except OSError as error:
        raise Refused(
            f"Can't listen at {settings.host}, port {page_port}: {error.strerror}."
            " --page-port names another."
        ) from error
    server.show(shown())
    _announce(own, settings, more, port=port, page_port=page_port)
    run_together(
        lambda: become_server(environ), lambda serving: keep_up_to_date(server, renew, serving)
    )


def _nothing_new() -> Shown | None:
    """A certificate obtained beforehand stays what it is."""
    return None


class _Keeper:
    """Keeps the camp's certificate for the names and addresses that this machine has now."""

    def __init__(self, settings: Settings, more: tuple[str, ...], port: int) -> None:
        self._settings = settings
        self._more = more
        self._port = port
        self._made = self._certificates()

    def variables(self) -> Mapping[str, str]:
        """Where the application finds it."""
        return {
            "BIVOUAC_CERTIFICATE": str(self._made.certificate),
            "BIVOUAC_CERTIFICATE_KEY": str(self._made.key),
        }

    def shown(self) -> Shown:
        """The page as it is now."""
        page = camp_page(
            called=self._settings.node_name,
            addresses=_camp_addresses(self._more, self._port),
            fingerprint=self._made.fingerprint(),
            ends=f"{self._made.ends():%Y-%m-%d}",
        )
        return Shown(page=render(page), authority=self._made.der())

    def renewed(self) -> Shown | None:
        """The page, where the certificate was made anew since."""
        before = self._made.certificate.read_bytes()
        self._made = self._certificates()
        if self._made.certificate.read_bytes() == before:
            return None
        return self.shown()

    def _certificates(self) -> CampCertificates:
        hosts = (*machine.addresses(), *self._more, *machine.names(), "localhost", "127.0.0.1")
        return camp_certificates(
            self._settings.instance / "camp",
            hosts,
            at=datetime.now(UTC).replace(microsecond=0),
            called=self._settings.node_name,
        )


def _camp_addresses(more: tuple[str, ...], port: int) -> tuple[str, ...]:
    """The https addresses to try, the likeliest first."""
    hosts = (*more, *machine.addresses(), *machine.names()) or ("127.0.0.1",)
    return tuple(_https(host, port) for host in dict.fromkeys(hosts))


def _https(host: str, port: int) -> str:
    return f"https://{host}" + ("" if port == _HTTPS else f":{port}")


def _shown_by_name(own: _Own, settings: Settings, port: int) -> Shown:
    page = camp_page(
        called=settings.node_name,
        addresses=(_https(own.name, port),),
        fingerprint="",
        ends=f"{own.ends:%Y-%m-%d}",
    )
    return Shown(page=render(page), authority=b"")


def _announce(
    own: _Own | None, settings: Settings, more: tuple[str, ...], *, port: int, page_port: int
) -> None:
    """Tell the addresses, with a code of the first to be opened."""
    if own is not None:
        first = f"{_https(own.name, port)}/station"
        click.echo(f"Phones of this network open {first}")
        click.echo("They find it where the camp's name server knows it: timing camp --dns-config")
    else:
        hosts = (*more, *machine.addresses()) or ("127.0.0.1",)
        first = f"http://{hosts[0]}:{page_port}/"
        kept = CampCertificates(folder=settings.instance / "camp")
        click.echo(f"Phones of this network first open {first}")
        for host in hosts[1:]:
            click.echo(f"or http://{host}:{page_port}/")
        click.echo(f"then {_camp_addresses(more, port)[0]}/station")
        click.echo(f"Fingerprint of the camp's authority (SHA-256):\n{kept.fingerprint()}")
    if is_interactive():
        segno.make_qr(first).terminal(out=None, compact=True)
    click.echo("Ctrl-C stops.")
