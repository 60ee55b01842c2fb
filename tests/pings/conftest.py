"""The databases that the tests of the pings run on."""

from tests.databases import *  # noqa: F403  # fixtures are found by their names
