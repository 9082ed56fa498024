"""`python -m esc10`: the command line."""

from esc10.cli.parser import main

if __name__ == "__main__":
    raise SystemExit(main())
