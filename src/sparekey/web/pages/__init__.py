"""The pages: one module for each group of addresses; handlers parse, call one flow and render."""
