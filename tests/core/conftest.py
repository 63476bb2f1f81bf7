"""How many examples a property is tried with. `few` is for the mutation run."""

from hypothesis import settings

settings.register_profile("few", max_examples=40, derandomize=True, database=None, deadline=None)
settings.register_profile("sparekey", deadline=None)
