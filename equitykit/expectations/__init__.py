"""The checks of records as Great Expectations, for teams that have a pipeline already.

Great Expectations takes seconds to load, so it is loaded by the first call, not by importing this module.
"""

from __future__ import annotations

from equitykit.expectations.build import checkpoint, context, expectation, register, suite
from equitykit.expectations.read_back import evidence

__all__ = ["checkpoint", "context", "evidence", "expectation", "register", "suite"]
