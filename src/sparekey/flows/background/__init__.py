"""What runs beside the requests: sending letters, and sweeping up what time has ended."""
