"""The pieces are tested through the very fixtures everybody else uses."""

from tests.infra.fixtures import _no_network, chromium, postgres, smtp

__all__ = ["_no_network", "chromium", "postgres", "smtp"]
