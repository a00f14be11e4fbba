"""The `secretome` command, as ``python -m secretome``."""

from secretome.cli import main

if __name__ == "__main__":
    main()
