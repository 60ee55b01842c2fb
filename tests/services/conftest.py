"""The builder that tests of services begin with."""

import pytest

from buddybot.storage.engine.database import Database
from tests.services.builder import Builder


@pytest.fixture
def builder(database: Database) -> Builder:
    """Every service over a fresh database, on a Monday."""
    return Builder(database)
