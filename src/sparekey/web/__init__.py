"""The HTML door: translates requests to flows and their answers to pages. It decides nothing."""
