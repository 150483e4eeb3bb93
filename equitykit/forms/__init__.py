"""Forms: the questions themselves, read from what form builders export."""

from equitykit.forms.model import Form, Item, Notice, Option
from equitykit.forms.read import is_dictionary, is_form, read_form
from equitykit.forms.simple import from_mapping

__all__ = ["Form", "Item", "Notice", "Option", "from_mapping", "is_dictionary", "is_form", "read_form"]
