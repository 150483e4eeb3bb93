"""Views and statements: their published schemas, and how a person finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from equitykit.catalogue import explain, listing
from equitykit.errors import InstrumentError
from equitykit.instruments.statements import load_statement, statement_schema, statements
from equitykit.instruments.views import OURS, view_schema, views
from equitykit.resources import folder

KINDS = {"views": ("view", view_schema), "statements": ("statement", statement_schema)}


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_file_that_ships_fits_the_schema_that_is_published(kind: str) -> None:
    """Read as any YAML program reads it, not as we do; a wrong one is caught."""
    name, made = KINDS[kind]
    published = json.loads((folder("schemas") / f"{name}.schema.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(made()))
    jsonschema.Draft202012Validator.check_schema(published)
    check: Callable[[Any], None] = jsonschema.Draft202012Validator(published).validate
    files = sorted((folder("schemas") / kind).glob("*.yaml"))
    assert files
    for path in files:
        data = yaml.safe_load(path.read_text("utf-8"))
        check(data)
        with pytest.raises(jsonschema.ValidationError):
            check({**data, "stepps": []})


def test_views_and_statements_are_listed_and_explained() -> None:
    assert [line.split()[0] for line in listing("views")] == list(views())
    assert [line.split()[0] for line in listing("statements")] == list(statements())
    assert "1. Desired results" in explain("gare") and OURS in explain("gare")
    both = explain("dc")
    assert "A view of Race equity impact assessment" in both and "no official form" in both


def test_a_statement_of_ones_own_is_read_and_a_wrong_one_is_said(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    text = (folder("schemas") / "statements" / "iowa.yaml").read_text("utf-8")
    own.write_text(text.replace("id: iowa", "id: ours"), encoding="utf-8")
    assert load_statement(own).id == "ours"
    own.write_text("id: ours\n", encoding="utf-8")
    with pytest.raises(InstrumentError, match='"own.yaml" is no statement: version'):
        load_statement(own)
