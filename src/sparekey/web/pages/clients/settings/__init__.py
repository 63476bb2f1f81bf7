"""Settings of apps, ready to copy but for the blanks that `snippets` fills in."""
