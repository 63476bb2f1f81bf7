"""Pages: compiled templates, one environment per language, one call to draw a page.

Templates see values and never decide. What is the same on every page (icons, asset names) is a global of the
environment; what belongs to one visitor comes with the call. Nothing here reads a clock: a page that shows a time is
handed `now`. Every value is escaped unless it is `Markup` already, and a value that a template names but nobody
handed in is an error, not an empty string.
"""

import gettext
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from sparekey.adapters import devices
from sparekey.core.contract import LEAST_PASSWORD, MOST_PASSWORD
from sparekey.errors import SparekeyError
from sparekey.web import dates
from sparekey.web.icons import icon, sprite

HERE = Path(__file__).parent
LANGUAGES = MappingProxyType({"en": "English", "de": "Deutsch"})
DOMAIN = "sparekey"
_SPRITE = "<!--sprite-->"
_JOINTS = re.compile(r"(?<=@)|(?=[.@+])")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Site:
    """What a server shows on all of its pages."""

    zone: tzinfo
    demo: bool = False


@dataclass(frozen=True)
class Renderer:
    """Draws pages; `assets` maps a file's name to the address it is served under."""

    environments: Mapping[str, Environment]
    assets: Mapping[str, str]

    def __call__(self, template: str, language: str, theme: str | None, **values: object) -> str:
        """The page as text. `theme` is `light`, `dark`, or None to follow the system."""
        compiled = self.environments[language].get_template(f"{template}.html")
        page = compiled.render(lang=language, theme=theme, **values)
        return page.replace(_SPRITE, sprite(page), 1)

    def refusal(self, language: str, refusal: SparekeyError, field: str = "") -> str:
        """What a form says about a refusal: by its reason; else its own exact sentence; else by its code.

        A refusal's own sentence is English, so other languages go on to the code.
        """
        is_exact = language == "en" and refusal.sentence != type(refusal).sentence
        codes = (refusal.reason,) if is_exact else (refusal.reason, refusal.code)
        said = (self.sentence(language, code, field, **refusal.facts) for code in codes)
        return next((sentence for sentence in said if sentence), refusal.sentence)

    def sentence(self, language: str, code: str, field: str = "", **facts: object) -> str:
        """The sentence for a reason's code, such as `already_used`; empty where the pages know none."""
        return _said(self._words(language).refusal(code, field, facts))

    def event(self, language: str, tag: str, facts: Mapping[str, object]) -> str:
        """What an audit event says in words, outside a page."""
        return _said(self._words(language).event(tag, facts)).striptags()

    def phrase(self, language: str, name: str, **values: str) -> str:
        """One of the phrases of `_words.html` that stand outside pages: in files and pictures."""
        return _said(getattr(self._words(language), name)(**values)).striptags()

    def _words(self, language: str) -> Any:
        return self.environments[language].get_template("_words.html").module


def _said(words: str) -> Markup:
    """What a macro said: the template escaped its values already."""
    return Markup(words.strip())  # noqa: S704


@cache
def make_renderer(site: Site, catalogues: Path = HERE / "translations") -> Renderer:
    """Reads the catalogues and names the assets once; templates compile at their first use."""
    assets = asset_addresses(HERE / "static")
    known = {**_globals(site), "asset": assets.__getitem__}
    environments = {language: _environment(language, catalogues, site.zone) for language in LANGUAGES}
    for environment in environments.values():
        environment.globals.update(known)
    return Renderer(MappingProxyType(environments), assets)


def asset_addresses(folder: Path) -> Mapping[str, str]:
    """Each file's address with the hash of its content, so that it can be cached for ever."""
    return MappingProxyType(
        {file.name: _address(file) for file in sorted(folder.iterdir()) if file.is_file()}
    )


def _address(file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    return f"/static/{file.stem}.{digest}{file.suffix}"


def _globals(site: Site) -> dict[str, Any]:
    return {
        "i": lru_cache(maxsize=256)(icon),
        "demo": site.demo,
        "shortest_password": LEAST_PASSWORD,
        "longest_password": MOST_PASSWORD,
        "languages": LANGUAGES,
        "errors": _NOTHING,
        "values": _NOTHING,
        "flash": None,
    }


def _environment(language: str, catalogues: Path, zone: tzinfo) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    catalogue = gettext.translation(DOMAIN, catalogues, [language], fallback=language == "en")
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(_filters(language, zone))
    return environment


def _filters(language: str, zone: tzinfo) -> dict[str, Callable[..., Any]]:
    """The words for times, with language and zone filled in; those near today read `now` from the page."""

    def near(words: Callable[..., str]) -> Callable[..., str]:
        return pass_context(lambda context, at: words(at, _now(context), language, zone))

    def local(at: datetime) -> datetime:
        return at.astimezone(zone)

    return {
        "date": lambda at: dates.date_words(local(at), language),
        "not_before": dates.next_minute,
        "place": lambda place: devices.retold(place, language),
        "clock": lambda at: dates.clock_words(at, language, zone),
        "stamp": lambda at: dates.stamp_words(at, language, zone),
        "foldable": foldable,
        "span": lambda span: dates.span_words(span, language),
        "day": near(dates.day_words),
        "moment": near(dates.moment_words),
        "Day": near(dates.capitalised(dates.day_words)),
        "Moment": near(dates.capitalised(dates.moment_words)),
        "iso": lambda at: local(at).isoformat(timespec="seconds"),
    }


def foldable(address: str) -> Markup:
    """An e-mail address that lines break at its parts, not within a word."""
    parts = (escape(part) for part in _JOINTS.split(address))
    return Markup("<wbr>").join(parts)


def _now(context: Context) -> datetime:
    now = context.resolve("now")
    if not isinstance(now, datetime):
        raise TypeError("a page that shows a time needs `now`")
    return now
