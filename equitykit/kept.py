"""What every entry of a file of ours has: strict fields, a time, and why a text was taken out."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Author", "KeptModel", "Redacted", "moment"]

Author = str | None


def moment() -> str:
    """Time in UTC, to the thousandth of a second: the order of what two people typed can matter."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class KeptModel(BaseModel):
    """Strict about names it does not know."""

    model_config = ConfigDict(extra="forbid", validate_assignment=False)


class Redacted(KeptModel):
    """Why a text was taken out, by whom and when."""

    why: str
    by: Author = None
    at: str = Field(default_factory=moment)
