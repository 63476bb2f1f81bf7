"""Figures for Prometheus, in a registry of their own.

What happens is counted as it happens; what *is* (letters, cases, the queue of password hashes) is read when
somebody asks. Labels have few values: patterns of routes, never paths; states, never people.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from sparekey.errors import Unready

SIGN_IN = "/sign-in"
_OUTCOMES = {303: "right", 200: "right", 403: "wrong", 422: "wrong", 429: "waiting", 503: "busy"}
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True)
class Present:
    """How things stand now."""

    letters: Mapping[str, int]
    cases: Mapping[str, int]
    hashes: int


class _Reading(Collector):
    """Asks for the present figures whenever Prometheus asks us."""

    def __init__(self, read: Callable[[], Present | None]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        present = self._read()
        yield GaugeMetricFamily(
            "sparekey_database_up", "Whether the database answers.", float(present is not None)
        )
        if present is None:
            return
        yield GaugeMetricFamily(
            "sparekey_password_hashes", "Password hashes that run or wait now.", present.hashes
        )
        yield _by_state("sparekey_letters", "Letters in the outbox.", present.letters)
        yield _by_state("sparekey_recovery_cases", "Recovery cases.", present.cases)


def _by_state(name: str, about: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=["state"])
    for state, number in sorted(counts.items()):
        family.add_metric([state], number)
    return family


class Figures:
    """The counters of one server."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self, read: Callable[[], Present | None]) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._requests = Histogram(
            "sparekey_request_seconds",
            "How long requests took.",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._sign_ins = Counter(
            "sparekey_sign_ins",
            "Answers given while signing in.",
            ["step", "outcome"],
            registry=self.registry,
        )
        self._database_errors = Counter(
            "sparekey_database_errors", "Trouble with the database.", ["kind"], registry=self.registry
        )
        self.registry.register(_Reading(read))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(method, route, f"{status // 100}xx").observe(seconds)
        if method == "POST" and route.startswith(SIGN_IN):
            self._sign_ins.labels(route, _OUTCOMES.get(status, "other")).inc()

    def note_database_error(self, kind: str) -> None:
        self._database_errors.labels(kind).inc()

    def exposition(self) -> bytes:
        """What Prometheus reads, in its text format."""
        return generate_latest(self.registry)

    def listen(self, address: str) -> Callable[[], None]:
        """Offer the figures on a listener of their own; gives what closes it."""
        host, _, port = address.rpartition(":")
        try:
            server, thread = start_http_server(int(port), host.strip("[]"), self.registry)
        except OSError as trouble:
            raise Unready(
                f"metrics.listen: {address} cannot be listened on: {trouble.strerror}", reason="listen"
            ) from None

        def close() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return close
