"""The same verbs from a shell: one module for each family of commands, put together in ``program``."""

from __future__ import annotations

from equitykit.cli.program import app, main

__all__ = ["app", "main"]
