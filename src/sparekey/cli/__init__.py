"""The command line: a door that translates. It decides nothing and never touches the store."""
