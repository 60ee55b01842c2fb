"""The bots that people usually write, with one command that does to the rows what `/commit progress` does.

All are as durable as ours (WAL, synchronous=FULL). They look up the member and the commitment, note the
interaction, count, say that the cards of the meetings ahead are out of date, and commit; then they answer
the library's way, with an embed that says as much as our card and has the same buttons.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import aiosqlite
import discord
from discord import app_commands
from sqlalchemy import ForeignKey, event, select, update
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")

Counted = tuple[str, int, int]
"""What the commitment says, how many are done, and of how many."""
Count = Callable[[discord.Interaction[Any], int, int], Awaitable[Counted]]
"""Carries out a command for a commitment and a number of things done."""


class Base(DeclarativeBase):
    """What is mapped onto the tables of our schema."""


class Group(Base):
    """A group, as far as the command reads it."""

    __tablename__ = "groups"
    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[int]
    name: Mapped[str]
    state: Mapped[str]


class Membership(Base):
    """Who is in which group."""

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    user_id: Mapped[int]
    role: Mapped[str]
    left_at: Mapped[int | None]


class Commitment(Base):
    """What a member will do, and how much of it is done."""

    __tablename__ = "commitments"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    user_id: Mapped[int]
    text: Mapped[str]
    target: Mapped[int]
    done: Mapped[int]
    state: Mapped[str]


class Meeting(Base):
    """When a group meets."""

    __tablename__ = "meetings"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    state: Mapped[str]


class MeetingCard(Base):
    """A message that shows a meeting, and how often what it shows has changed."""

    __tablename__ = "cards"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]


class Handled(Base):
    """An interaction that was carried out."""

    __tablename__ = "interactions"
    interaction_id: Mapped[int] = mapped_column(primary_key=True)
    seen_at: Mapped[int]


_COMMITMENT = """
    SELECT id, group_id, text, target FROM commitments WHERE id = ? AND user_id = ? AND state = 'open'
"""
_MEMBER = """
    SELECT m.role, g.name, g.state FROM memberships m JOIN groups g ON g.id = m.group_id
    WHERE m.group_id = ? AND m.user_id = ? AND m.left_at IS NULL AND g.guild_id = ?
"""
_CARDS = """
    UPDATE cards SET revision = revision + 1 WHERE kind NOT LIKE 'earlier%' AND meeting_id IN (
        SELECT id FROM meetings WHERE group_id = ? AND state IN ('scheduled', 'open'))
"""


@asynccontextmanager
async def aiosqlite_bot(path: Path, *, alone: bool = True) -> AsyncIterator[discord.Client]:
    """One connection for all, and a commit after each command.

    With `alone` a command has the connection for itself, so that its transaction is its own. Many bots do
    without: the first commit then keeps what others have done by halves, and their own find nothing to do.
    """
    turn = asyncio.Lock() if alone else nullcontext()
    async with aiosqlite.connect(path) as connection:
        for pragma in PRAGMAS:
            await connection.execute(f"PRAGMA {pragma}")

        async def count(interaction: discord.Interaction[Any], commitment: int, done: int) -> Counted:
            async with turn:
                return await carried_out(interaction, commitment, done)

        async def carried_out(interaction: discord.Interaction[Any], commitment: int, done: int) -> Counted:
            user = interaction.user.id
            async with connection.execute(_COMMITMENT, (commitment, user)) as rows:
                id_, group_id, text, target = _there(await rows.fetchone())
            async with connection.execute(_MEMBER, (group_id, user, interaction.guild_id)) as rows:
                _there(await rows.fetchone())
            await connection.execute("INSERT INTO interactions VALUES (?, 0)", (interaction.id,))
            await connection.execute("UPDATE commitments SET done = ? WHERE id = ?", (min(done, target), id_))
            await connection.execute(_CARDS, (group_id,))
            await connection.commit()
            return text, min(done, target), target

        async with _client(count) as client:
            yield client


@asynccontextmanager
async def sqlalchemy_bot(path: Path) -> AsyncIterator[discord.Client]:
    """A session of the asynchronous ORM for each command."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def count(interaction: discord.Interaction[Any], commitment: int, done: int) -> Counted:
        user = interaction.user.id
        async with sessions.begin() as session:
            session.add(Handled(interaction_id=interaction.id, seen_at=0))
            await session.flush()  # it takes the database's write lock first: to ask for it later may fail
            own = select(Commitment).where(
                Commitment.id == commitment, Commitment.user_id == user, Commitment.state == "open"
            )
            found: Commitment = _there(await session.scalar(own))
            member = (
                select(Membership, Group)
                .join(Group)
                .where(Membership.group_id == found.group_id, Membership.user_id == user)
                .where(Membership.left_at.is_(None), Group.guild_id == interaction.guild_id)
            )
            _there((await session.execute(member)).first())
            found.done = min(done, found.target)
            ahead = select(Meeting.id).where(
                Meeting.group_id == found.group_id, Meeting.state.in_(("scheduled", "open"))
            )
            outdated = update(MeetingCard).where(
                MeetingCard.kind.not_like("earlier%"), MeetingCard.meeting_id.in_(ahead)
            )
            await session.execute(
                outdated.values(revision=MeetingCard.revision + 1),
                execution_options={"synchronize_session": False},
            )
        return found.text, found.done, found.target

    try:
        async with _client(count) as client:
            yield client
    finally:
        await engine.dispose()


def _set_pragmas(connection: Any, _: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _buttons(commitment: str) -> discord.ui.View:
    view = discord.ui.View()
    for label in ("One more done", "Edit", "Drop"):
        view.add_item(discord.ui.Button(label=label, custom_id=f"{label}:{commitment}"))
    return view


def _there(found: Any) -> Any:
    if found is None:
        raise LookupError("the command named no commitment of a member")
    return found


@asynccontextmanager
async def _client(count: Count) -> AsyncIterator[discord.Client]:
    """The library's own client, with the command."""
    client = discord.Client(intents=discord.Intents.none(), max_messages=None)
    tree = app_commands.CommandTree(client)
    commit = app_commands.Group(name="commit", description="What you will do")

    @commit.command(name="progress", description="Note how far you are")
    async def progress(interaction: discord.Interaction, commitment: str, done: str) -> None:
        text, counted, target = await count(interaction, int(commitment), int(done))
        embed = discord.Embed(title="Noted.", description=f"{text}: {counted} of {target} done.")
        await interaction.response.send_message(embed=embed, view=_buttons(commitment), ephemeral=True)

    tree.add_command(commit)
    async with client:
        await client.login("token")
        yield client
