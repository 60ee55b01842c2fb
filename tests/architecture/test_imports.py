"""Imports point one way: domain <- storage <- services <- pings, exports <- ui <- cogs <- app."""

import pytest

from tests.architecture.imports import faults
from tests.architecture.source import demand, project, sources_of


def test_the_imports_of_the_project_point_one_way() -> None:
    demand(faults(project()))


def test_there_is_something_to_read() -> None:
    assert sum(source.is_product for source in project()) > 20


BAD = [
    (
        "domain knows storage",
        "buddybot/domain/a.py",
        "from buddybot.storage import b",
        "points back up to storage",
    ),
    (
        "storage knows services",
        "buddybot/storage/a.py",
        "import buddybot.services.b",
        "points back up to services",
    ),
    (
        "services know pings",
        "buddybot/services/a.py",
        "from buddybot.pings.b import C",
        "points back up to pings",
    ),
    ("pings know ui", "buddybot/pings/a.py", "from buddybot.ui import b", "points back up to ui"),
    ("exports know ui", "buddybot/exports/a.py", "from buddybot.ui import b", "points back up to ui"),
    ("ui knows cogs", "buddybot/ui/a.py", "from cogs import b", "points back up to cogs"),
    ("ui knows storage", "buddybot/ui/a.py", "from buddybot.storage import b", "only through services"),
    ("cogs know storage", "cogs/a.py", "from buddybot.storage import b", "only through services"),
    ("cogs know app", "cogs/a.py", "from buddybot.app import create_bot", "points back up to app"),
    ("cogs know bot", "cogs/a.py", "from buddybot.bot import BuddyBot", "points back up to bot"),
    (
        "only for types",
        "buddybot/ui/a.py",
        "if TYPE_CHECKING:\n    from buddybot.bot import B",
        "back up to bot",
    ),
    ("relative", "buddybot/domain/a.py", "from ..services import b", "points back up to services"),
    ("relative beside", "buddybot/pings/a.py", "from .. import app", "points back up to app"),
    ("pings and exports", "buddybot/pings/a.py", "from buddybot.exports import b", "do not know each other"),
    ("exports and pings", "buddybot/exports/a.py", "from buddybot.pings import b", "do not know each other"),
    (
        "exports and delivery",
        "buddybot/exports/a.py",
        "from buddybot.pings.delivery.delivery import b",
        "do not know each",
    ),
    (
        "planner and delivery",
        "buddybot/pings/a.py",
        "from buddybot.pings.delivery.delivery import b",
        "planning of pings",
    ),
    (
        "services and locales",
        "buddybot/services/a.py",
        "from buddybot import locales",
        "through a constructor",
    ),
    (
        "planner and locales",
        "buddybot/pings/planning/planner.py",
        "from buddybot import locales",
        "through a constructor",
    ),
    (
        "services and settings",
        "buddybot/services/a.py",
        "from buddybot.settings.settings import Settings",
        "through a constructor",
    ),
    ("a stray module", "buddybot/services/a.py", "from buddybot.stray import b", "no place in the order"),
    (
        "foundation knows a layer",
        "buddybot/settings/settings.py",
        "from buddybot.domain import ids",
        "below every layer",
    ),
    ("services know discord", "buddybot/services/a.py", "import discord", "must not know discord"),
    (
        "planner knows discord",
        "buddybot/pings/planning/planner.py",
        "from discord.ext import tasks",
        "must not know discord",
    ),
    ("cli knows discord", "buddybot/cli.py", "import discord", "must not know discord"),
    (
        "a second scheduler",
        "buddybot/pings/b.py",
        "from apscheduler.job import Job",
        "must not know apscheduler",
    ),
    ("a second database", "buddybot/services/a.py", "import sqlite3", "must not know sqlite3"),
    ("aiosqlite elsewhere", "buddybot/storage/a.py", "import aiosqlite", "must not know aiosqlite"),
    ("asyncpg elsewhere", "buddybot/storage/engine/sqlite.py", "import asyncpg", "must not know asyncpg"),
    (
        "xlsxwriter elsewhere",
        "buddybot/exports/a.py",
        "import xlsxwriter",
        "must not know xlsxwriter",
    ),
    ("icalendar elsewhere", "buddybot/ui/a.py", "import icalendar", "must not know icalendar"),
    ("simcord elsewhere", "buddybot/app.py", "import simcord", "must not know simcord"),
    ("pytest at run time", "buddybot/demo/a.py", "import pytest", "must not know pytest"),
    ("tests at run time", "buddybot/demo/a.py", "from tests import contract", "does not know its tests"),
    ("domain and a library", "buddybot/domain/a.py", "import dateutil", "nothing but the standard library"),
    ("zones elsewhere", "buddybot/domain/a.py", "from zoneinfo import ZoneInfo", "must not know zoneinfo"),
    ("domain waits", "buddybot/domain/a.py", "import asyncio", "the domain is pure"),
    ("domain reads", "buddybot/domain/a.py", "from pathlib import Path", "the domain is pure"),
    ("domain rolls dice", "buddybot/domain/a.py", "from random import choice", "the domain is pure"),
    ("domain looks at the clock", "buddybot/domain/a.py", "import time", "the domain is pure"),
    ("domain logs", "buddybot/domain/a.py", "import logging", "the domain is pure"),
    ("late import", "buddybot/cli.py", "def f():\n    import buddybot.app", "no comment says why"),
    (
        "late in a method",
        "cogs/a.py",
        "class A:\n    async def f(self):\n        import csv",
        "no comment says why",
    ),
    (
        "late after a reason",
        "cogs/a.py",
        "def f():\n    # slow\n    import csv\n    a = 1\n    import re",
        ":5: ",
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_a_wrong_import_is_found(path: str, text: str, expected: str) -> None:
    found = faults(sources_of({"buddybot/app.py": "", "buddybot/locales/__init__.py": "", path: text}))
    assert len(found) == 1, found
    assert expected in found[0]


def test_a_cycle_is_found_whatever_its_length() -> None:
    texts = {
        "buddybot/services/a.py": "from buddybot.services import b",
        "buddybot/services/b.py": "from buddybot.services.c import C",
        "buddybot/services/c.py": "def f():\n    # hidden in a function, and still one\n    from . import a",
    }
    assert faults(sources_of(texts)) == [
        "cycle: buddybot.services.a -> buddybot.services.b -> buddybot.services.c -> buddybot.services.a"
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "buddybot/domain/a.py",
            "import dataclasses\nfrom datetime import time\nfrom buddybot import zone_data",
        ),
        ("buddybot/pings/delivery/delivery.py", "import discord\nfrom buddybot import locales, permissions"),
        (
            "buddybot/pings/delivery/direct.py",
            "import discord\nfrom buddybot.pings.planning.planner import plan",
        ),
        ("buddybot/pings/scheduler.py", "from apscheduler.schedulers.asyncio import AsyncIOScheduler"),
        ("buddybot/ui/a.py", "import discord\nfrom buddybot import locales\nfrom buddybot.exports import b"),
        (
            "cogs/a.py",
            "from buddybot.services import b\nfrom buddybot.ui import c\nfrom buddybot import __version__",
        ),
        (
            "buddybot/app.py",
            "from buddybot.settings.settings import Settings\nfrom buddybot.bot import BuddyBot\nimport cogs",
        ),
        ("buddybot/demo/a.py", "import simcord\nfrom buddybot.app import create_bot"),
        (
            "buddybot/exports/records/workbook.py",
            "def f():\n    import xlsxwriter  # heavy, and only for one format",
        ),
        (
            "buddybot/cli.py",
            "def f():\n    # each slows the start\n    from buddybot import app\n    import csv",
        ),
        ("tests/a.py", "import discord\nfrom buddybot.storage import b"),
    ],
)
def test_a_right_import_passes(path: str, text: str) -> None:
    assert (
        faults(sources_of({"buddybot/locales/__init__.py": "", "buddybot/permissions.py": "", path: text}))
        == []
    )
