"""`python -m quxiang` is the `quxiang` command."""

from quxiang.cli import main

if __name__ == "__main__":
    main()
