"""A struct as its YAML file would say it: without fields that only repeat the default, in the order the file has."""
from __future__ import annotations

from datetime import date
from typing import Any

import msgspec


def lean(value: Any, said: Any = None) -> Any:
    """``value`` as plain data; ``said`` is what the file says there now, whose order and spelled-out defaults are kept."""
    if isinstance(value, msgspec.Struct):
        fields = {field.encode_name: field for field in msgspec.structs.fields(type(value))}
        known = said if isinstance(said, dict) else {}
        result = {}
        for name in [*(name for name in known if name in fields), *(name for name in fields if name not in known)]:
            item = getattr(value, fields[name].name)
            if item == _default(fields[name]) and (name not in known or item is None):
                continue
            result[name] = lean(item, known.get(name))
        return result
    if isinstance(value, dict):
        known = said if isinstance(said, dict) else {}
        return {name: lean(value[name], known.get(name)) for name in [*(n for n in known if n in value), *(n for n in value if n not in known)]}
    if isinstance(value, (list, tuple)):
        left = list(said) if isinstance(said, list) else []
        return [_entry(item, i, left) for i, item in enumerate(value)]
    return value if isinstance(value, date) else msgspec.to_builtins(value)


def _entry(item: Any, place: int, said: "list[Any]") -> Any:
    """As the entry that says the same, wherever it stands; else as the one in its place."""
    for one in said:
        if lean(item, one) == one:
            return one
    return lean(item, said[place] if place < len(said) else None)


def _default(field: "msgspec.structs.FieldInfo") -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
