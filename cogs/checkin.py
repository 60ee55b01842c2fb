"""/checkin, and everything that is pressed and written while a group meets."""

from discord import app_commands

from buddybot.domain.commitments.commitments import Visibility
from buddybot.domain.ids import MeetingId
from buddybot.ui.checkins.checkin_forms import next_form, outcomes_in, recorded_card, report_form, saved_card
from buddybot.ui.checkins.checkins import closed_card, closing_card, which_card
from buddybot.ui.checkins.summary import thanks_card
from buddybot.ui.cog import BotCog, command
from buddybot.ui.commitments.commitments import carry_offer_card
from buddybot.ui.framework.choices import offer_groups, parse_group
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route


class CheckInCog(BotCog):
    """A member's report, the round, and the end of the meeting."""

    @command("Say how your week went, and what you will do next", group=offer_groups)
    @app_commands.guild_only()
    async def checkin(self, reply: Reply, group: str | None = None) -> None:
        """Open the first form for the meeting that can be reported on now."""
        asked = await self._services.checkins.prepare(reply.actor, group_id=parse_group(group))
        if asked.candidates:
            now = self._services.transactions.now()
            await reply.show(which_card(reply.texts, asked.candidates, now))
        else:
            await reply.ask(report_form(reply.texts, asked))

    @route("checkin")
    async def open_report(self, reply: Reply, given: Input) -> None:
        """Open the first form, from a card."""
        meeting_id = MeetingId(given.read_number(0))
        asked = await self._services.checkins.prepare(reply.actor, meeting_id=meeting_id)
        await reply.ask(report_form(reply.texts, asked))

    @route("checkin_report")
    async def report(self, reply: Reply, given: Input) -> None:
        """Take the first form; the second is behind a button."""
        meeting_id = MeetingId(given.read_number(0))
        reported = await self._services.checkins.report(
            reply.actor,
            meeting_id,
            outcomes=outcomes_in(given),
            win=given.written("win"),
            blocker=given.written("blocker"),
        )
        await reply.show(recorded_card(reply.texts, reported))
        for commitment in reported.offers:
            await reply.show(carry_offer_card(reply.texts, commitment))
        await self._live.refresh(meeting_id)

    @route("checkin_next")
    async def open_next(self, reply: Reply, given: Input) -> None:
        """Open the second form."""
        reported = await self._services.checkins.get_report(reply.actor, MeetingId(given.read_number(0)))
        await reply.ask(next_form(reply.texts, reported))

    @route("checkin_commit")
    async def commit(self, reply: Reply, given: Input) -> None:
        """Take the second form."""
        private = given.written("visibility") == Visibility.PRIVATE
        reported = await self._services.checkins.commit(
            reply.actor,
            MeetingId(given.read_number(0)),
            lines=[given.written(f"line{number}") for number in range(3)],
            plan=given.written("plan"),
            visibility=Visibility.PRIVATE if private else Visibility.GROUP,
        )
        await reply.replace(saved_card(reply.texts, reported))

    @route("here")
    async def mark_present(self, reply: Reply, given: Input) -> None:
        """Take the member into the round."""
        meeting_id = MeetingId(given.read_number(0))
        await self._services.turns.mark_present(reply.actor, meeting_id)
        await reply.acknowledge()
        await self._live.refresh(meeting_id)

    @route("next_turn")
    async def next_turn(self, reply: Reply, given: Input) -> None:
        """Give the floor to the next."""
        meeting_id = MeetingId(given.read_number(0))
        up = await self._services.turns.next_up(reply.actor, meeting_id)
        if up is not None:
            await self._bot.presence.look_at(reply.actor, up)
        await self._services.turns.next_turn(reply.actor, meeting_id, begun=given.read_number(1))
        await reply.acknowledge()
        await self._live.refresh(meeting_id)

    @route("close")
    async def ask_to_close(self, reply: Reply, given: Input) -> None:
        """Ask once before closing."""
        closing = await self._services.checkins.closing(reply.actor, MeetingId(given.read_number(0)))
        await reply.show(closing_card(reply.texts, closing))

    @route("close_now")
    async def close(self, reply: Reply, given: Input) -> None:
        """Close the meeting; its summary is due at once."""
        meeting_id = MeetingId(given.read_number(0))
        closing = await self._services.checkins.close(reply.actor, meeting_id)
        waiting = None
        if closing.unrecorded:
            waiting = await self._services.attendance.list_unrecorded(reply.actor, meeting_id=meeting_id)
        await reply.replace(closed_card(reply.texts, closing, waiting))
        await self._live.refresh(meeting_id)

    @route("pulse")
    async def vote(self, reply: Reply, given: Input) -> None:
        """Count the vote; no card changes, so that nobody sees that there was one."""
        meeting_id, rating = MeetingId(given.read_number(0)), given.read_number(1)
        pulse = await self._services.pulses.vote(reply.actor, meeting_id, rating)
        await reply.show(thanks_card(reply.texts, pulse))
