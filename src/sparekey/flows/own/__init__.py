"""What everybody does about themselves: their ways in, addresses, language. Most of it asks for fresh proofs."""
