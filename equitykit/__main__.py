"""`python -m equitykit` is the same as `equitykit`."""

from equitykit.cli import main

if __name__ == "__main__":
    main()
