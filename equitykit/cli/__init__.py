"""The same verbs from a shell: one module for each family of commands, put together in ``program``."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; Ctrl-C is a sentence from the first moment on."""
    try:
        from equitykit.cli.program import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        raise SystemExit(130) from None
    run(arguments)
