"""The shipped YAML files follow their published JSON Schemas."""

from __future__ import annotations

import json

import jsonschema
import pytest

from equitykit import yamltext
from equitykit.resources import folder
from equitykit.standards.load import read_yaml

SCHEMAS = folder("schemas")
KINDS = {
    "standards": "standard.schema.json",
    "code_systems": "code-system.schema.json",
    "vocabulary": "vocabulary.schema.json",
}
FILES = [(kind, path) for kind in KINDS for path in sorted((SCHEMAS / kind).glob("*.yaml"))]


def schema(kind):
    return json.loads((SCHEMAS / KINDS[kind]).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda each: getattr(each, "stem", each))
def test_file_follows_its_schema(kind, path):
    content = read_yaml(path)
    jsonschema.Draft202012Validator(schema(kind)).validate(content)
    assert content["id"] == path.stem


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_itself_valid_and_refuses_what_it_should(kind):
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    path = next(path for each, path in FILES if each == kind)
    content = read_yaml(path)
    for broken in ({**content, "surprise": "x"}, {k: v for k, v in content.items() if k != "version"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema(kind)).validate(broken)


def test_scalars_are_read_as_written(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("codes: {1: No, 0012: null, yes: 1.0, 2024-01-02: ~}\n", encoding="utf-8")
    assert read_yaml(path) == {"codes": {"1": "No", "0012": "null", "yes": "1.0", "2024-01-02": "~"}}


@pytest.mark.parametrize("path", [path for _, path in FILES], ids=lambda each: each.stem)
def test_the_strict_reader_agrees(path):
    """No key given twice, no tag, no anchor: the reader for people's files refuses those."""
    assert yamltext.load(path.read_text(encoding="utf-8"), name=path.name) == read_yaml(path)


def test_yaml_cannot_run_code(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("{x: !!python/object/apply:os.getcwd []}", encoding="utf-8")
    assert read_yaml(path) == {"x": []}
