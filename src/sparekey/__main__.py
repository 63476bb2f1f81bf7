"""`python -m sparekey`."""

from sparekey.cli.main import main

if __name__ == "__main__":
    main(prog_name="sparekey")
