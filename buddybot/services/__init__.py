"""The use cases, one module a feature: ids and values in, frozen dataclasses out."""
