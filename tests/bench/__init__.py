"""`./dev bench`: what a sign-in and a page cost, as ratios measured in one run."""
