"""How many examples a property is tried with. `few` is for the mutation run."""

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow]
"""Says that the machine is busy, and nothing of what is tested."""
settings.register_profile(
    "few", max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=SLOW
)
settings.register_profile("sparekey", deadline=None, suppress_health_check=SLOW)
