"""Crude comparisons beside adjusted ones: stratified, standardised, and from a regression."""

from __future__ import annotations

from equitykit.adjust.result import Adjusted
from equitykit.adjust.verb import adjust

__all__ = ["Adjusted", "adjust"]
