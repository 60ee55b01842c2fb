"""The databases that tests of every folder run on."""

from tests.databases import *  # noqa: F403  # fixtures are found by their names
