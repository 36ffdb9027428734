"""The tables, as mapped classes: what was defined, entered, observed and decided.

Nothing that can be computed is stored. Columns of moments are UTC milliseconds, columns of spans
milliseconds, whatever the engine. All rows of a race carry its ``race_id``, and none refers to
another race. Migrations make the tables; they also make the triggers that refuse to change the
journal (migrations/).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PASSING_KIND = "passing"
"""The ``kind`` of a journal row that is a passing; a ruling's kind is its racefile name."""


class Table(DeclarativeBase):
    """The base of every mapped class; constraints have names, so that migrations can say them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text, int: BigInteger}  # noqa: RUF012 - SQLAlchemy reads it so


class NodeRow(Table):
    """This installation: one row, made by the first migration.

    ``epoch`` changes whenever a backup is restored, so that no reader takes a revision of one
    life of this database for the same number in another.
    """

    __tablename__ = "node"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    node_id: Mapped[str]
    epoch: Mapped[str]


class RaceRow(Table):
    """A race; ``revision`` is the last one taken, 0 before the first."""

    __tablename__ = "races"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    revision: Mapped[int]
    created: Mapped[int]


class DefinitionRow(Table):
    """A version of a race's definition: a racefile without entries and records."""

    __tablename__ = "definitions"
    __table_args__ = (UniqueConstraint("race_id", "revision"),)

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int]
    digest: Mapped[str]
    text: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[int]


class EntryRow(Table):
    """An entry as it stands from ``revision`` until ``removed``, which is empty for the current.

    ``tags`` and ``chips`` are JSON lists; ``position`` is the order in which entries were given.
    """

    __tablename__ = "entries"
    __table_args__ = (
        Index(
            "uq_entries_current",
            "race_id",
            "entry_id",
            unique=True,
            sqlite_where=text("removed IS NULL"),
            postgresql_where=text("removed IS NULL"),
        ),
    )

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    removed: Mapped[int | None]
    position: Mapped[int] = mapped_column(Integer)
    bib: Mapped[str]
    name: Mapped[str]
    gender: Mapped[str]
    born: Mapped[date | None] = mapped_column(Date)
    nationality: Mapped[str]
    residence: Mapped[str]
    club: Mapped[str]
    tags: Mapped[str]
    division: Mapped[str]
    chips: Mapped[str]
    team: Mapped[str]
    name_hidden: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class TeamRow(Table):
    """A team as it stands from ``revision`` until ``removed``; ``legs`` is a JSON list of pairs."""

    __tablename__ = "teams"
    __table_args__ = (
        Index(
            "uq_teams_current",
            "race_id",
            "code",
            unique=True,
            sqlite_where=text("removed IS NULL"),
            postgresql_where=text("removed IS NULL"),
        ),
    )

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    removed: Mapped[int | None]
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str]
    kind: Mapped[str]
    legs: Mapped[str]


class TokenRow(Table):
    """A bearer token of a station or a director's program; only a hash of its secret is kept.

    ``public`` names it wherever the race is, ``id`` here only. ``stage`` empty stands for all
    stages, ``controls`` is a JSON list, empty for all controls.
    """

    __tablename__ = "tokens"
    __table_args__ = (
        CheckConstraint("scope IN ('station', 'director')", name="scope"),
        CheckConstraint("role IN ('main', 'backup')", name="role"),
        Index("uq_tokens_public", "public", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), index=True)
    public: Mapped[str] = mapped_column(nullable=True)
    role: Mapped[str] = mapped_column(server_default=text("'main'"))
    scope: Mapped[str]
    label: Mapped[str]
    stage: Mapped[int | None] = mapped_column(Integer)
    controls: Mapped[str]
    secret_hash: Mapped[str]
    created: Mapped[int]
    revoked: Mapped[int | None]


class JournalRow(Table):
    """A record, as it was first written: a passing or a ruling. Never changed, never deleted.

    The key of a record is its id with the digest of its content: should two nodes hold different
    content under one id, both rows stand. ``received`` and ``token_id`` say when, and by which
    token, it came to this node; they belong to the node and do not travel. A passing's time is
    ``instant``, or ``clock_ms`` since midnight with the day offset ``clock_day`` where one was
    written. A ruling's fields are in ``body``, as canonical JSON.
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("race_id", "record_id", "digest"),
        CheckConstraint(
            f"(kind = '{PASSING_KIND}') = (body IS NULL)",
            name="ruling_has_body",
        ),
        CheckConstraint(
            "body IS NOT NULL OR (stage IS NOT NULL AND control IS NOT NULL"
            " AND (instant IS NULL) <> (clock_ms IS NULL)"
            " AND bib IS NOT NULL AND chip IS NOT NULL AND source IS NOT NULL"
            " AND device IS NOT NULL AND uncertainty_ms IS NOT NULL"
            " AND at_latest IS NOT NULL AND note IS NOT NULL)",
            name="passing_is_whole",
        ),
    )

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[str]
    digest: Mapped[str]
    kind: Mapped[str]
    received: Mapped[int | None]
    token_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("tokens.id"))

    stage: Mapped[int | None] = mapped_column(Integer)
    control: Mapped[str | None]
    instant: Mapped[int | None]
    clock_ms: Mapped[int | None] = mapped_column(Integer)
    clock_day: Mapped[int | None] = mapped_column(SmallInteger)
    bib: Mapped[str | None]
    chip: Mapped[str | None]
    source: Mapped[str | None]
    device: Mapped[str | None]
    device_time: Mapped[int | None]
    offset_ms: Mapped[int | None]
    offset_age_ms: Mapped[int | None]
    uncertainty_ms: Mapped[int | None]
    at_latest: Mapped[bool | None] = mapped_column(Boolean)
    note: Mapped[str | None]

    body: Mapped[str | None]


class ReaderRow(Table):
    """A timing reader that an installation listens to, as it was last heard; it does not travel.

    ``position`` is a JSON object that the line is taken up from after a break. ``gaps`` counts
    reads that the reader numbered and that never came; ``offset_ms`` is true time less its clock.
    """

    __tablename__ = "readers"
    __table_args__ = (UniqueConstraint("race_id", "name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    name: Mapped[str]
    format: Mapped[str]
    address: Mapped[str]
    stage: Mapped[int] = mapped_column(Integer)
    control: Mapped[str]
    state: Mapped[str]
    last_contact: Mapped[int | None]
    last_read: Mapped[int | None]
    last_sequence: Mapped[int | None]
    taken: Mapped[int]
    gaps: Mapped[int]
    offset_ms: Mapped[int | None]
    position: Mapped[str]


class FrameRow(Table):
    """Which frame of a race stands here: its definition and entries together.

    ``term``, ``claimed`` and ``node_id`` are the claim under which the frame was made, ``edition``
    its number among the changes, ``version`` the number its home gives the definition.
    ``set_aside`` is the last revision at which a frame made here stood that the present home never
    heard of; empty where there is none to look at.
    """

    __tablename__ = "frames"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    term: Mapped[int] = mapped_column(Integer)
    claimed: Mapped[int]
    node_id: Mapped[str]
    edition: Mapped[int]
    version: Mapped[int] = mapped_column(Integer)
    set_aside: Mapped[int | None]


class ClaimRow(Table):
    """That a race's definition and entries have their home at a node, from a term on.

    Claims are a set that travels. ``epoch`` is the life of the node's database in which it was
    made, empty where the one who made it did not know; ``base`` the edition it took over.
    """

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("kind IN ('founded', 'handed-over', 'promoted', 'renewed')", name="kind"),
    )

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    term: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    claimed: Mapped[int]
    epoch: Mapped[str]
    kind: Mapped[str]
    base: Mapped[int]
    made_by: Mapped[str]


class RaceNodeRow(Table):
    """Another installation on which a race lives, as last heard of.

    ``seen`` is when it last told how it stands, empty where it was only told of; ``revision`` is
    where it then stood, in the life ``epoch`` of its database. ``agreed`` is when both last held
    the same ``agreed_records`` records.
    """

    __tablename__ = "race_nodes"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    epoch: Mapped[str]
    revision: Mapped[int]
    seen: Mapped[int | None]
    agreed: Mapped[int | None]
    agreed_records: Mapped[int | None]


class SyncCursorRow(Table):
    """How far this node and another have told each other the journal, in one life of the other.

    ``have`` is the revision of the other up to which everything is here; ``confirmed`` the
    revision of this node, in its life ``own_epoch``, up to which the other said it has everything.
    """

    __tablename__ = "sync_cursors"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(primary_key=True)
    have: Mapped[int]
    own_epoch: Mapped[str]
    confirmed: Mapped[int]


class SyncTakenRow(Table):
    """Revisions whose records came from another node, which need not be sent back to it."""

    __tablename__ = "sync_taken"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class NodeKeyRow(Table):
    """A key by which other installations exchange a race with this one; only a hash is kept."""

    __tablename__ = "node_keys"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), index=True)
    label: Mapped[str]
    secret_hash: Mapped[str]
    created: Mapped[int]
    revoked: Mapped[int | None]


class DeviceRow(Table):
    """A device as it described itself at its last contact; moments are by this node's clock.

    ``clock_moved_ms`` is the last change of its measured offset that was more than chance,
    ``shift_ended`` when it said that its shift was over.
    """

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("race_id", "origin"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    origin: Mapped[str]
    name: Mapped[str]
    token_id: Mapped[int] = mapped_column(Integer, ForeignKey("tokens.id"))
    app: Mapped[str]
    first_seen: Mapped[int]
    last_seen: Mapped[int]
    recorded: Mapped[int]
    unsent: Mapped[int]
    oldest_unsent: Mapped[int | None]
    clock_offset_ms: Mapped[int | None]
    clock_uncertainty_ms: Mapped[int | None]
    clock_age_ms: Mapped[int | None]
    clock_is_guarded: Mapped[bool] = mapped_column(Boolean)
    clock_moved_ms: Mapped[int | None]
    clock_moved_at: Mapped[int | None]
    battery: Mapped[int | None] = mapped_column(Integer)
    is_charging: Mapped[bool | None] = mapped_column(Boolean)
    storage_used: Mapped[int | None]
    storage_quota: Mapped[int | None]
    storage_is_persisted: Mapped[bool | None] = mapped_column(Boolean)
    shift_ended: Mapped[int | None]


class QuestionRow(Table):
    """What a timekeeper asks a station; that it was answered stands in the journal.

    ``revision`` is the race's when it was asked: answers came later. ``token_id`` empty stands
    for every station that serves the control.
    """

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("race_id", "public"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    public: Mapped[str]
    revision: Mapped[int]
    token_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("tokens.id"))
    stage: Mapped[int | None] = mapped_column(Integer)
    control: Mapped[str]
    bib: Mapped[str]
    record_id: Mapped[str]
    text: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[int]


class CaseLeaseRow(Table):
    """Who works on a case of the review, until when; it ends by itself.

    ``holder`` names one browser's session, ``holder_name`` the person in it.
    """

    __tablename__ = "case_leases"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    case_key: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    holder_name: Mapped[str]
    until: Mapped[int]


class CarriedRow(Table):
    """A message, a code or a file of a device, kept until it is whole and taken, or put away.

    ``digest`` is that of ``content``, so that what comes twice is kept once.
    """

    __tablename__ = "carried"
    __table_args__ = (UniqueConstraint("race_id", "digest"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    digest: Mapped[str]
    content: Mapped[str]
    came: Mapped[int]
    brought_by: Mapped[str]


class DirectorRow(Table):
    """Someone who may sign in to the desk; ``name`` is what they type, case folded.

    ``may_found`` is whether they may set up races of their own.
    """

    __tablename__ = "directors"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    created: Mapped[int]
    may_found: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class SignInRow(Table):
    """An attempt to sign in, counted whichever process it came to; failed until it succeeded."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "name", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    at: Mapped[int]
    succeeded: Mapped[bool] = mapped_column(Boolean)


class WebhookRow(Table):
    """An address that is told what happens in a race, signed with a secret that both know.

    ``events`` is a JSON list of types, empty for all. ``secret_before`` is valid beside
    ``secret`` from one rotation to the next, empty where there is none. After ``failures`` in a
    row nothing is sent until ``paused_until``.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), index=True)
    public: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    events: Mapped[str]
    secret: Mapped[str]
    secret_before: Mapped[str]
    made_by: Mapped[str]
    created: Mapped[int]
    disabled: Mapped[int | None]
    disabled_why: Mapped[str]
    paused_until: Mapped[int | None]
    failures: Mapped[int] = mapped_column(Integer)


class WebhookDeliveryRow(Table):
    """An event on its way to a webhook: the outbox.

    ``subject`` is what the event is about: those of one subject arrive in order. ``asked`` is when
    it was written, or asked for again; ``due`` when it is tried next. ``status`` and ``answer``
    are what the last try came to.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="state"),
        Index(None, "webhook_id", "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    webhook_id: Mapped[int] = mapped_column(Integer, ForeignKey("webhooks.id"))
    event_id: Mapped[str]
    type: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created: Mapped[int]
    asked: Mapped[int]
    due: Mapped[int]
    attempts: Mapped[int] = mapped_column(Integer)
    state: Mapped[str]
    status: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[str]
    ended: Mapped[int | None]


class WebhookProgressRow(Table):
    """Up to where in a race's journal its webhooks were told."""

    __tablename__ = "webhook_progress"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    epoch: Mapped[str]
    revision: Mapped[int]


class WebhookToldRow(Table):
    """What the webhooks of a race were told last about a subject, and how often they were."""

    __tablename__ = "webhook_told"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str]
