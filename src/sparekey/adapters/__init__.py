"""The outside world behind small functions: keys, hashing threads, mails, QR codes, browsers."""
