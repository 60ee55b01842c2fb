"""A group goes stale: its organizers hear of it where they chose, and the group's channel never does."""

from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
import simcord

from buddybot.domain.ids import GuildId, UserId
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.health import health_watch
from buddybot.ui.framework.texts import Texts
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.services.health.past import PastMeeting, lived
from tests.world import World, labels, offered, texts_in

ORGANIZERS = Texts()("refusals.group.organizers_only")


@dataclass
class Stale:
    """Rowan of Ana, Ben and Cho, who have met twelve times; then hardly anybody came."""

    rowan: Calendar
    before: list[str] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The world around it."""
        return self.rowan.world

    def group_channel(self) -> list[str]:
        """Return all that was ever said in the group's channel."""
        return [texts_in(message) for message in self.rowan.channel.history()]

    async def lived(self, *evenings: PastMeeting) -> None:
        """Write the group's past, and look at its last meeting as when its pulse closes."""
        people = [UserId(self.rowan.person(name).id) for name in ("Ana", "Ben", "Cho")]

        async def script(uow: UnitOfWork) -> None:
            guild_id = GuildId(self.rowan.circle.guild.id)
            group = await uow.groups.get(guild_id, self.rowan.circle.group_id)
            assert group is not None
            meetings = await lived(uow.tx, group, people, evenings, until=self.world.now)
            await health_watch.evaluate(uow, group, meetings[-1], self.world.now)

        await self.world.bot.services.transactions.write(script)
        self.before = self.group_channel()

    async def fall(self) -> None:
        """Let it go stale, and what is due be said."""
        good, empty = PastMeeting(came=3, kept=5), PastMeeting(came=0, kept=0)
        await self.lived(*[good] * 12, empty, empty)
        await self.world.run_due()

    async def state(self) -> str:
        """Return what became of the only alert."""
        [row] = await self.world.rows("SELECT state FROM alerts")
        found: str = row["state"]
        return found

    def silent(self) -> None:
        """Demand that nothing was said to the group."""
        assert not any("going stale" in said or "came" in said for said in self.group_channel())
        assert self.group_channel() == self.before

    def quiet_room(self, *, also: tuple[str, ...] = ()) -> simcord.ChannelHandle:
        """Make a channel that only Ana and the bot can read, and who else is named."""
        guild, bot = self.rowan.circle.guild, self.world.bot.user
        assert bot is not None
        readers: list[discord.ClientUser | simcord.MemberActor] = [
            bot,
            *(self.rowan.person(name) for name in ("Ana", *also)),
        ]
        closed = discord.PermissionOverwrite(view_channel=False)
        opened = discord.PermissionOverwrite(
            view_channel=True,
            send_messages=True,
            embed_links=True,
            attach_files=True,
            read_message_history=True,
        )
        return guild.create_text_channel(
            "organizers", overwrites={guild.default_role: closed, **dict.fromkeys(readers, opened)}
        )

    async def choose(self, room: simcord.ChannelHandle) -> str:
        """Let Ana choose where alerts are told; return what she is shown."""
        return texts_in(await self.rowan.ask("Ana", "health channel", channel=room))


@pytest.fixture
async def stale(world: World) -> Stale:
    return Stale(await calendar(world))


def alert_in(room: simcord.ChannelHandle) -> discord.Message:
    [found] = [message for message in room.history() if "going stale" in texts_in(message)]
    return found


# -- where it is told --------------------------------------------------------------------------------


async def test_the_alert_goes_to_the_organizers_channel_with_numbers_and_suggestions(stale: Stale) -> None:
    room = stale.quiet_room()
    assert room.mention in await stale.choose(room)
    await stale.fall()
    message = alert_in(room)
    said = texts_in(message)
    assert "3 of 3 on average, 1 of 3 in the last three meetings" in said
    assert "a group that is well shows as much about once in" in said
    assert "Not used for six weeks" in said
    assert labels(message) == ["It was a holiday", "Snooze 4 weeks", "Resolved"]
    assert 2 <= len(offered(message)) <= 3
    assert "For organizers only" in said
    stale.silent()


async def test_a_private_thread_under_the_home_channel_is_a_place_for_alerts(stale: Stale) -> None:
    home = stale.world.bot.get_channel(stale.rowan.channel.id)
    assert isinstance(home, discord.TextChannel)
    open_one = await home.create_thread(name="open", type=discord.ChannelType.public_thread)
    made = await home.create_thread(name="organizers", type=discord.ChannelType.private_thread)
    await made.add_user(discord.Object(stale.rowan.person("Ana").id))
    threads = {thread.id: thread for thread in stale.rowan.channel.threads}
    assert "Everybody can read" in await stale.choose(threads[open_one.id])
    assert made.mention in await stale.choose(threads[made.id])
    await stale.fall()
    assert "3 of 3 on average, 1 of 3 in the last three meetings" in texts_in(alert_in(threads[made.id]))
    stale.silent()


async def test_without_a_channel_it_comes_by_direct_message_to_who_asked_for_them(stale: Stale) -> None:
    await stale.rowan.opt_in("Ana")
    await stale.rowan.opt_in("Ben")
    await stale.world.pass_time(hours=1)
    await stale.fall()
    await stale.world.pass_time(hours=12)  # quiet hours are over
    ana = stale.rowan.person("Ana").user
    [message] = [each for each in ana.dm_channel.history() if "going stale" in texts_in(each)]
    others = stale.rowan.person("Ben").user.dm_channel.history()
    assert not any("going stale" in texts_in(each) for each in others)
    assert labels(message)[-1] == "No more messages"
    assert (await ana.click(message, label="Resolved")).acknowledged
    [message] = [each for each in ana.dm_channel.history() if "going stale" in texts_in(each)]
    assert "Resolved by" in texts_in(message)
    assert labels(message) == ["No more messages"]
    assert _follow_ups(await _next(stale, "Ana")) == []
    assert await stale.state() == "resolved"


async def test_otherwise_it_follows_an_organizers_next_command_once(stale: Stale) -> None:
    await stale.fall()
    assert _follow_ups(await _next(stale, "Ben")) == []
    [shown] = _follow_ups(await _next(stale, "Ana"))
    assert "Rowan may be going stale" in texts_in(shown)
    assert _follow_ups(await _next(stale, "Ana")) == []
    stale.silent()


async def _next(stale: Stale, name: str) -> simcord.InteractionResult:
    return await stale.rowan.person(name).slash(stale.rowan.channel, "next")


def _follow_ups(result: simcord.InteractionResult) -> list[simcord.ResponseMessage]:
    return [each for each in result.followups if "going stale" in texts_in(each)]


async def test_an_alert_channel_that_refuses_is_forgotten_and_the_home_channel_stays_open(
    stale: Stale,
) -> None:
    room = stale.quiet_room()
    await stale.choose(room)
    path = f"/channels/{room.id}/messages"
    stale.world.env.inject_error("POST", path, status=403, code=50001, times=None)
    await stale.fall()
    [group] = await stale.world.rows("SELECT alert_channel_id, route_error FROM groups")
    assert (group["alert_channel_id"], group["route_error"]) == (None, None)
    [shown] = _follow_ups(await _next(stale, "Ana"))
    assert "going stale" in texts_in(shown)
    stale.silent()


# -- what is pressed ---------------------------------------------------------------------------------


async def test_one_for_the_channel_of_a_group_that_was_paused_first_follows_the_next_command(
    stale: Stale,
) -> None:
    room = stale.quiet_room()
    await stale.choose(room)
    good, empty = PastMeeting(came=3, kept=5), PastMeeting(came=0, kept=0)
    await stale.lived(*[good] * 12, empty, empty)
    await stale.rowan.ask("Ana", "group pause")
    await stale.world.run_due()
    assert not any("going stale" in texts_in(message) for message in room.history())
    [shown] = _follow_ups(await _next(stale, "Ana"))
    assert "Rowan may be going stale" in texts_in(shown)
    assert _follow_ups(await _next(stale, "Ana")) == []


async def test_a_suggestion_is_planned_from_the_card_which_then_says_so(stale: Stale) -> None:
    room = stale.quiet_room()
    await stale.choose(room)
    await stale.fall()
    chosen = next(iter(offered(alert_in(room)).values()))
    await stale.rowan.person("Ana").select(alert_in(room), [chosen])
    assert "chose one of the suggestions" in texts_in(alert_in(room))
    assert labels(alert_in(room)) == []
    planned = await stale.world.rows(
        "SELECT activity FROM meetings WHERE state = 'scheduled' ORDER BY starts_at"
    )
    assert planned[0]["activity"] == chosen
    assert await stale.state() == "tried"


@pytest.mark.parametrize(
    ("label", "state", "word"),
    [
        ("It was a holiday", "holiday", "that meeting does not count"),
        ("Snooze 4 weeks", "snoozed", "let alerts rest for four weeks"),
        ("Resolved", "resolved", "Resolved by"),
    ],
)
async def test_one_click_settles_it_also_after_a_restart(
    stale: Stale, label: str, state: str, word: str
) -> None:
    room = stale.quiet_room()
    await stale.choose(room)
    await stale.fall()
    await stale.world.restart()
    result = await stale.rowan.person("Ana").click(alert_in(room), label=label)
    assert result.acknowledged
    assert word in texts_in(alert_in(room))
    assert await stale.state() == state
    stale.silent()


async def test_a_member_who_gets_at_the_card_is_refused(stale: Stale) -> None:
    room = stale.quiet_room(also=("Ben",))
    await stale.choose(room)
    await stale.fall()
    ben = stale.rowan.person("Ben")
    for label in ("It was a holiday", "Snooze 4 weeks", "Resolved"):
        result = await ben.click(alert_in(room), label=label)
        assert result.ephemeral
        assert ORGANIZERS in texts_in(result.response)
    chosen = next(iter(offered(alert_in(room)).values()))
    assert ORGANIZERS in texts_in((await ben.select(alert_in(room), [chosen])).response)
    assert await stale.state() == "open"


async def test_resolving_by_command_changes_the_card_in_the_channel(stale: Stale) -> None:
    room = stale.quiet_room()
    await stale.choose(room)
    await stale.fall()
    [alert] = await stale.world.rows("SELECT id FROM alerts")
    suggested = await stale.rowan.person("Ana").autocomplete(
        stale.rowan.channel, "health resolve", "alert", ""
    )
    assert [each["value"] for each in suggested] == [str(alert["id"])]
    assert "Resolved by" in texts_in(await stale.rowan.ask("Ana", "health resolve", alert=str(alert["id"])))
    assert "Resolved by" in texts_in(alert_in(room))
    stale.silent()


# -- /health -----------------------------------------------------------------------------------------


async def test_show_has_the_signals_in_words_and_two_pictures_that_say_what_they_show(stale: Stale) -> None:
    await stale.fall()
    shown = await stale.rowan.ask("Ana", "health show")
    said = texts_in(shown)
    assert "How Rowan is doing" in said
    assert "3 of 3 on average, 1 of 3 in the last three meetings" in said
    assert "Open alert" in said
    assert "Sensitivity" in said
    assert [each.filename for each in shown.attachments] == ["attendance.png", "signals.png"]
    for each in shown.attachments:
        assert (await each.read()).startswith(b"\x89PNG")
    alt = [item["description"] for gallery in _galleries(shown.components) for item in gallery["items"]]
    assert len(alt) == 2
    assert alt[0].startswith("Who came to the 14 meetings")
    assert "Alert on" in alt[1]
    assert "4.2" not in said + "".join(alt)  # of ratings, bands only
    stale.silent()


def _galleries(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [each for each in components if each.get("type") == 12]
    for each in components:
        found += _galleries(each.get("components") or [])
    return found


async def test_show_before_the_first_meeting_says_so_without_a_picture(stale: Stale) -> None:
    shown = await stale.rowan.ask("Ana", "health show")
    assert "before the first meeting" in texts_in(shown)
    assert shown.attachments == []


async def test_the_open_alert_is_shown_from_there(stale: Stale) -> None:
    await stale.fall()
    shown = await stale.rowan.ask("Ana", "health show")
    assert "may be going stale" in await stale.rowan.press("Ana", "Show", shown)


async def test_the_settings_are_chosen_and_shown(stale: Stale) -> None:
    assert "sensitive: sooner" in texts_in(
        await stale.rowan.ask("Ana", "health sensitivity", level="sensitive")
    )
    assert "Alerts rest" in texts_in(await stale.rowan.ask("Ana", "health snooze", weeks=3))
    assert "Alerts rest" not in texts_in(await stale.rowan.ask("Ana", "health snooze", weeks=0))
    assert "to each organizer" in texts_in(await stale.rowan.ask("Ana", "health channel"))


async def test_a_channel_that_everybody_reads_is_refused(stale: Stale) -> None:
    assert "Everybody can read" in await stale.choose(stale.rowan.circle.guild.create_text_channel("open"))
    assert "alerts are for organizers only" in await stale.choose(stale.rowan.channel)
    [group] = await stale.world.rows("SELECT alert_channel_id FROM groups")
    assert group["alert_channel_id"] is None


async def test_members_are_told_that_it_is_for_organizers(stale: Stale) -> None:
    for command, options in (
        ("health show", {}), ("health sensitivity", {"level": "quiet"}), ("health snooze", {"weeks": 2}),
        ("health channel", {}),
    ):  # fmt: skip
        assert ORGANIZERS in texts_in(await stale.rowan.ask("Ben", command, **options))
