"""Finds the providers: every module of ``providers`` registers what it brings."""

from importlib import import_module
from pkgutil import iter_modules

from anmin.channels import providers
from anmin.channels.providers.base import Provider

_PROVIDERS: dict[str, type[Provider]] = {}


def register[P: type[Provider]](provider: P) -> P:
    """Make a provider known by its ``code``; a class decorator.

    Raises ``ValueError`` if another provider has that code.
    """
    known = _PROVIDERS.setdefault(provider.code, provider)
    if known is not provider:
        raise ValueError(
            f"two message providers are called {provider.code!r}: "
            f"{known.__module__} and {provider.__module__}"
        )
    return provider


def discover() -> None:
    """Import every provider module. A broken one raises here, at boot."""
    for module in iter_modules(providers.__path__):
        import_module(f"{providers.__name__}.{module.name}")


def provider_class(code: str) -> type[Provider]:
    """The provider of that code. Raises ``LookupError`` naming those there are."""
    try:
        return _PROVIDERS[code]
    except KeyError:
        known = ", ".join(sorted(_PROVIDERS))
        raise LookupError(f"no message provider {code!r}; there are: {known}") from None


def provider_codes() -> list[str]:
    """The codes of all providers, sorted."""
    return sorted(_PROVIDERS)
