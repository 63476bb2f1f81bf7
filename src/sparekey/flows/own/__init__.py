"""What everybody does about themselves: their ways in, their language. Most of it asks for fresh proofs."""
