"""Where people come from: one file for each system, one line each in `sparekey.imports`."""
