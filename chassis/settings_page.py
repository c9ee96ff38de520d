"""The reference page of all settings, made from the settings themselves so that it cannot drift."""

from typing import get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from chassis.settings import Settings, is_secret, variable

HEAD = """# Settings

Every setting is an environment variable, read once at start. An unknown or wrong one is refused before anything starts.
A secret can be given as a file instead: the variable with `_FILE` after it names a file whose content is the value.
This page is made by `python -m chassis.settings > docs/settings.md`; a test compares.

| variable | when left out | meaning |
|---|---|---|
"""


def page() -> str:
    """docs/settings.md."""
    fields = Settings.model_fields.items()
    return HEAD + "".join(f"| {_names(name, field)} | {_default(name, field)} | {_meaning(field)} |\n" for name, field in fields)


def _names(name: str, field: FieldInfo) -> str:
    return f"`{variable(name)}`" + (f", `{variable(name)}_FILE`" if is_secret(field) else "")


def _default(name: str, field: FieldInfo) -> str:
    if name == "instance":
        return "the host's name"
    if name == "reference_key":
        return "a key everybody knows; refused in production"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"`{value}`" if value not in (None, "") else ""


def _meaning(field: FieldInfo) -> str:
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    return (field.description or "") + (f" ({', '.join(choices)})" if choices else "")
