"""Apps that people sign in to from here: set up by owners, and what each person lets them have."""
