"""Apps that let people in through this server: what they ask, and what becomes of it."""
