"""Pages about apps: for account owners, and for each person about what apps have of them."""
