"""The kinds of question an instrument can hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from equitykit.instruments.base import BaseAsk
from equitykit.instruments.rows import ActionsAsk, EvidenceAsk, MapAsk, PeopleAsk, TableAsk
from equitykit.instruments.single import (
    ChoiceAsk,
    ChoicesAsk,
    DateAsk,
    LongTextAsk,
    NumberAsk,
    ScaleAsk,
    TextAsk,
)

Ask = Annotated[
    TextAsk
    | LongTextAsk
    | ChoiceAsk
    | ChoicesAsk
    | ScaleAsk
    | NumberAsk
    | DateAsk
    | PeopleAsk
    | TableAsk
    | MapAsk
    | EvidenceAsk
    | ActionsAsk,
    Field(discriminator="kind"),
]
KINDS: dict[str, type[BaseAsk]] = {
    "text": TextAsk,
    "longtext": LongTextAsk,
    "choice": ChoiceAsk,
    "choices": ChoicesAsk,
    "scale": ScaleAsk,
    "number": NumberAsk,
    "date": DateAsk,
    "people": PeopleAsk,
    "table": TableAsk,
    "map": MapAsk,
    "evidence": EvidenceAsk,
    "actions": ActionsAsk,
}
