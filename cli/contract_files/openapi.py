"""The HTTP side of each service as OpenAPI, taken from the app itself, which its wiring can make without any I/O."""

import pkgutil
from functools import cache
from importlib import import_module

import services
from cli.contract_files.folder import Json


@cache
def documents() -> dict[str, Json]:
    """The OpenAPI document of each service that is wired up, by name: `services.<name>.wiring.openapi_app()` makes the app."""
    return {name: import_module(f"services.{name}.wiring").openapi_app().openapi() for name in _wired()}


def _wired() -> list[str]:
    packages = (module.name for module in pkgutil.iter_modules(services.__path__) if module.ispkg)
    return [name for name in packages if _has_wiring(name)]


def _has_wiring(name: str) -> bool:
    package = import_module(f"services.{name}")
    return any(module.name == "wiring" for module in pkgutil.iter_modules(package.__path__))
