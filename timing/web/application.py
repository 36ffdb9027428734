"""The application: everything put together, from settings alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask, Response, current_app, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from timing.pages import addresses
from timing.pages.api_page import api_page
from timing.pages.rendering import render
from timing.settings import Settings
from timing.web.answering import HTML, RememberedAnswers
from timing.web.api.definition import definition_api
from timing.web.api.description import describe
from timing.web.api.entries import entries_api
from timing.web.api.files import files_api
from timing.web.api.now import now_api
from timing.web.api.people import people_api
from timing.web.api.publications import publications_api
from timing.web.api.records import records
from timing.web.api.results import results
from timing.web.api.rulings import rulings_api
from timing.web.api.station import station_api
from timing.web.api.sync import sync
from timing.web.cards import cards
from timing.web.certificates import certificates
from timing.web.desk import desk
from timing.web.desk_account import desk_account
from timing.web.desk_alerts import desk_alerts
from timing.web.desk_carriage import desk_carriage
from timing.web.desk_compare import desk_compare
from timing.web.desk_entries import desk_entries
from timing.web.desk_entry_import import desk_entry_import
from timing.web.desk_files import desk_files
from timing.web.desk_import import desk_import
from timing.web.desk_layouts import desk_layouts
from timing.web.desk_now import desk_now
from timing.web.desk_outgoing import desk_outgoing
from timing.web.desk_people import desk_people
from timing.web.desk_person import desk_person
from timing.web.desk_prints import desk_prints
from timing.web.desk_publish import desk_publish
from timing.web.desk_registration import desk_registration
from timing.web.desk_rehearsal import desk_rehearsal
from timing.web.desk_ruling_notes import desk_ruling_notes
from timing.web.desk_rulings import desk_rulings
from timing.web.desk_setup import desk_setup
from timing.web.desk_setup_steps import desk_setup_steps
from timing.web.desk_signing import desk_signing
from timing.web.desk_start_lists import desk_start_lists
from timing.web.desk_stations import desk_stations
from timing.web.desk_watch import desk_watch
from timing.web.embedding import embedding
from timing.web.errors import handle_errors
from timing.web.feeds import feeds
from timing.web.form_limits import bound_forms
from timing.web.headers import add_headers, security_headers
from timing.web.health import health
from timing.web.hooks import hooks
from timing.web.installation import install, installation
from timing.web.languages import SpokenLanguages
from timing.web.metrics import measure, metrics, watch_load
from timing.web.public import public
from timing.web.rehearsing import keep_rehearsals_in
from timing.web.request_log import log_requests
from timing.web.review import review
from timing.web.static_files import StaticFiles
from timing.web.station import station
from timing.web.station_app import station_app

SESSION_STAYS = timedelta(days=30)
"""A station stays signed in for as long as any race lasts."""

MOST_FORM_BYTES = 1024 * 1024


class SlugConverter(BaseConverter):
    """What a race's slug can be; whatever else stands there is no address of ours."""

    regex = "[a-z0-9-]{1,60}"


def create_app(settings: Settings) -> Flask:
    """An application that serves the races of the settings' database."""
    app = Flask("timing.web", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        SESSION_COOKIE_NAME="__Host-bivouac" if settings.https else "bivouac",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_STAYS,
        WTF_CSRF_TIME_LIMIT=None,  # a station's page stays open all day
    )
    app.url_map.converters["slug"] = SlugConverter
    made = install(app, settings)
    log_requests(app, settings)
    app.before_request(bound_forms)  # before the next, which reads forms
    keep_rehearsals_in(app)
    csrf = CSRFProtect(app)
    for blueprint in (
        public,
        feeds,
        embedding,
        cards,
        certificates,
        station_app,
        station,
        desk_ruling_notes,
        desk_rulings,
        desk_setup,
        desk_setup_steps,
        desk_signing,
        desk,
        desk_account,
        desk_people,
        desk_carriage,
        desk_entries,
        desk_entry_import,
        desk_files,
        desk_import,
        desk_alerts,
        desk_now,
        desk_outgoing,
        desk_person,
        desk_rehearsal,
        desk_registration,
        desk_start_lists,
        desk_compare,
        desk_layouts,
        desk_prints,
        desk_publish,
        desk_stations,
        desk_watch,
        review,
        health,
        metrics,
        hooks,
    ):
        app.register_blueprint(blueprint)
    csrf.exempt(hooks)
    api = describe(app)
    ours = (
        results,
        records,
        station_api,
        entries_api,
        rulings_api,
        definition_api,
        now_api,
        people_api,
        publications_api,
        files_api,
    )
    for blueprint in ours:
        # A browser never sends a key by itself, so nobody can make one send it.
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint)
    csrf.exempt(sync)
    app.register_blueprint(sync)
    page = render(api_page(api.spec.to_dict()), notice=settings.notice)
    app.add_url_rule(addresses.API, "api_page", lambda: Response(page, content_type=HTML))
    app.before_request(_refuse_long_body)
    handle_errors(app)
    add_headers(app, settings)
    serving = app.wsgi_app
    if proxies := settings.trusted_proxies:
        serving = ProxyFix(serving, x_for=proxies, x_proto=proxies, x_host=proxies)
    files = StaticFiles(SpokenLanguages(serving), security_headers(settings))
    app.wsgi_app = RememberedAnswers(files, made.answers, made.books)  # type: ignore[method-assign]
    if made.metrics is not None:
        measure(app, made.metrics)
    return app


def _refuse_long_body() -> None:
    """Refuse what is longer than any request may be, where nothing reads it as well."""
    longest = current_app.config["MAX_CONTENT_LENGTH"]
    if (request.content_length or 0) > longest:
        raise RequestEntityTooLarge


def serve(app: Flask, is_alive: Callable[[], bool]) -> None:
    """Let ``app`` follow its database, in a process that serves until ``is_alive`` says no."""
    here = installation(app)
    here.serve(is_alive)
    watch_load(here, is_alive)
