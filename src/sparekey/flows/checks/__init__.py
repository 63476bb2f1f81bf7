"""Is this the right answer? What sign-in, step-up, links and recovery share."""
