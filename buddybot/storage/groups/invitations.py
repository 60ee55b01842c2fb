"""Invitations, and the guesses at their codes, in the database."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.groups.invitations import Invitation, InvitationState
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InvitationId, MessageId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, row_reader

_invitation = row_reader(Invitation)


class InvitationRepository(Repository):
    """Every look-up is scoped by the guild."""

    async def add(
        self,
        *,
        group_id: GroupId,
        guild_id: GuildId,
        user_id: UserId | None,
        code_hash: str | None,
        invited_name: str | None,
        created_by: UserId,
        now: datetime,
        expires_at: datetime,
    ) -> InvitationId:
        """Insert an open invitation, for a person or behind a code."""
        return InvitationId(
            await self._insert_numbered(
                "invitations",
                group_id=group_id,
                guild_id=guild_id,
                user_id=user_id,
                code_hash=code_hash,
                invited_name=invited_name,
                created_by=created_by,
                created_at=epoch(now),
                expires_at=epoch(expires_at),
                state="open",
            )
        )

    async def get(self, guild_id: GuildId, invitation_id: InvitationId) -> Invitation | None:
        """Return the guild's invitation, or None for a foreign one as for a missing one."""
        row = await self._find("invitations", guild_id=guild_id, id=invitation_id)
        return None if row is None else _invitation(row)

    async def by_code(self, guild_id: GuildId, code_hash: str) -> Invitation | None:
        """Return the guild's invitation behind a code."""
        row = await self._find("invitations", guild_id=guild_id, code_hash=code_hash)
        return None if row is None else _invitation(row)

    async def open(self, group_id: GroupId, now: datetime) -> Sequence[Invitation]:
        """Return the group's invitations that can still be answered, oldest first."""
        rows = await self._tx.all(
            """
            SELECT * FROM invitations
            WHERE group_id = :group_id AND state = 'open' AND expires_at > :now ORDER BY id
            """,
            group_id=group_id,
            now=epoch(now),
        )
        return [_invitation(row) for row in rows]

    async def list_declined(self, group_id: GroupId, *, since: datetime) -> Sequence[Invitation]:
        """Return the invitations that were declined lately, latest first."""
        rows = await self._tx.all(
            """
            SELECT * FROM invitations
            WHERE group_id = :group_id AND state = 'declined' AND settled_at >= :since ORDER BY id DESC
            """,
            group_id=group_id,
            since=epoch(since),
        )
        return [_invitation(row) for row in rows]

    async def count_made(self, group_id: GroupId, *, since: datetime) -> int:
        """Return how many invitations the group has made since an instant."""
        row = await self._tx.one(
            "SELECT COUNT(*) AS made FROM invitations WHERE group_id = :group_id AND created_at >= :since",
            group_id=group_id,
            since=epoch(since),
        )
        return 0 if row is None else int(row["made"])

    async def settle(
        self, invitation_id: InvitationId, state: InvitationState, *, by: UserId, now: datetime
    ) -> None:
        """End an open invitation."""
        await self._tx.run(
            """
            UPDATE invitations SET state = :state, settled_by = :settled_by, settled_at = :now
            WHERE id = :invitation_id AND state = 'open'
            """,
            state=state.value,
            settled_by=by,
            now=epoch(now),
            invitation_id=invitation_id,
        )

    async def bind(self, invitation_id: InvitationId, user_id: UserId) -> None:
        """Give a code's invitation to the person who came with the code."""
        await self._tx.run(
            "UPDATE invitations SET user_id = :user_id WHERE id = :invitation_id AND user_id IS NULL",
            user_id=user_id,
            invitation_id=invitation_id,
        )

    async def set_card(
        self, invitation_id: InvitationId, *, channel_id: ChannelId, message_id: MessageId
    ) -> None:
        """Remember the message that shows the invitation."""
        await self._update(
            "invitations", {"id": invitation_id}, card_channel_id=channel_id, card_message_id=message_id
        )

    async def find_card(self, invitation_id: InvitationId) -> tuple[ChannelId, MessageId] | None:
        """Return the channel and message that show the invitation."""
        row = await self._tx.one(
            """
            SELECT card_channel_id, card_message_id FROM invitations
            WHERE id = :invitation_id AND card_message_id IS NOT NULL
            """,
            invitation_id=invitation_id,
        )
        return None if row is None else (ChannelId(row["card_channel_id"]), MessageId(row["card_message_id"]))


class CodeTryRepository(Repository):
    """Wrong codes, counted a person and guild."""

    async def count(self, guild_id: GuildId, user_id: UserId, *, since: datetime) -> int:
        """Return how many wrong codes the person has tried since an instant."""
        row = await self._tx.one(
            """
            SELECT COUNT(*) AS tries FROM code_tries
            WHERE guild_id = :guild_id AND user_id = :user_id AND tried_at > :since
            """,
            guild_id=guild_id,
            user_id=user_id,
            since=epoch(since),
        )
        return 0 if row is None else int(row["tries"])

    async def add(self, guild_id: GuildId, user_id: UserId, now: datetime) -> None:
        """Count a wrong code."""
        await self._insert("code_tries", guild_id=guild_id, user_id=user_id, tried_at=epoch(now))

    async def forget(self, *, before: datetime) -> None:
        """Drop what no longer counts."""
        await self._tx.run("DELETE FROM code_tries WHERE tried_at < :before", before=epoch(before))
