"""What Sparekey decides: values in, values out. Standard library and `errors` only."""
