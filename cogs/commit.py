"""/commit: what a member will do before the next meeting; and the buttons of a nudge."""

from typing import Any

import discord
from discord import app_commands

from buddybot.domain.commitments.commitments import MAX_TARGET, PLAN_LIMIT, TEXT_LIMIT, Category, Visibility
from buddybot.domain.ids import CommitmentId, GroupId
from buddybot.domain.text import fold_text
from buddybot.services.commitments.commitment_views import OwnCommitment
from buddybot.services.commitments.wording_steps import Changes, Draft, count_of
from buddybot.ui.cog import BotCog, command
from buddybot.ui.commitments.commitments import (
    IN_LIST,
    add_form,
    added_card,
    changes_in,
    choice_label,
    commitment_chosen,
    draft_in,
    drop_card,
    dropped_card,
    edit_form,
    list_card,
    others_card,
    own_card,
    shrink_form,
    swap_form,
)
from buddybot.ui.commitments.nudges import direct_nudge_card
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply, actor_of
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import Texts

Text = app_commands.Range[str, 1, TEXT_LIMIT]
Plan = app_commands.Range[str, 1, PLAN_LIMIT]
Count = app_commands.Range[int, 1, MAX_TARGET]

CATEGORIES = [app_commands.Choice(name=each.value.replace("_", " "), value=each.value) for each in Category]
VISIBILITIES = [
    app_commands.Choice(name="the group", value=Visibility.GROUP.value),
    app_commands.Choice(name="only me", value=Visibility.PRIVATE.value),
]
WHO = [
    app_commands.Choice(name="my own", value="me"),
    app_commands.Choice(name="the others in the group", value="group"),
]


@choices.guard_suggest
async def own_commitments(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Offer the person's own open commitments."""
    found = await interaction.client.services.commitments.choices(actor_of(interaction))
    wanted = fold_text(current)
    return [
        choices.choice(choice_label(Texts(), each), each.commitment.id)
        for each in found
        if wanted in fold_text(each.commitment.text)
    ]


class CommitCog(BotCog):
    """Commitments by command, button and form."""

    commit = app_commands.Group(
        name="commit", description="What you will do before the next meeting", guild_only=True
    )

    @command("Say what you will do before the next meeting", commit, group=choices.offer_groups)
    @app_commands.describe(
        text="What you will do; leave it empty to fill in a form",
        count="How many; otherwise the number in your words",
        plan="If it is (day, time, place), then I ...",
        category="What kind of step it is; otherwise seen from your words",
        visibility="Who may read it; the group if you say nothing",
    )
    @app_commands.choices(category=CATEGORIES, visibility=VISIBILITIES)
    async def add(
        self,
        reply: Reply,
        text: Text | None = None,
        count: Count | None = None,
        plan: Plan | None = None,
        category: str | None = None,
        visibility: str = Visibility.GROUP.value,
        group: str | None = None,
    ) -> None:
        """Add one, or open the form."""
        group_id = choices.parse_group(group)
        if text is None:
            await reply.ask(
                add_form(reply.texts, await self._services.commitments.start(reply.actor, group_id))
            )
            return
        draft = Draft(
            text=text,
            count=count,
            plan=plan,
            category=None if category is None else Category(category),
            visibility=Visibility(visibility),
        )
        own = await self._services.commitments.add(reply.actor, draft, group_id)
        await reply.show(added_card(reply.texts, own))
        await self._refresh(own)

    @command("What you said you would do, or what the others said", commit, group=choices.offer_groups)
    @app_commands.describe(who="Yours, or the others'")
    @app_commands.choices(who=WHO)
    async def list(self, reply: Reply, who: str = "me", group: str | None = None) -> None:
        """Show one's own, or the others'."""
        group_id = choices.parse_group(group)
        if who == "group":
            others = await self._services.commitments.list_others(reply.actor, group_id)
            await reply.show(others_card(reply.texts, others))
        else:
            await reply.show(
                list_card(reply.texts, await self._services.commitments.list_own(reply.actor, group_id))
            )

    @command("Note how far you are", commit)
    @app_commands.describe(
        commitment="Which one", done="How many are done in all, or +1 for one more (the default)"
    )
    @app_commands.autocomplete(commitment=own_commitments)
    async def progress(
        self, reply: Reply, commitment: str, done: app_commands.Range[str, 1, 4] = "+1"
    ) -> None:
        """Count."""
        own = await self._services.commitments.progress(reply.actor, commitment_chosen(commitment), done)
        await reply.show(own_card(reply.texts, own, heading="commitments.heading.progress"))
        await self._refresh(own)

    @command("Change one of your commitments; without a change, as a form", commit)
    @app_commands.describe(
        commitment="Which one",
        text="Other words",
        count="How many in all",
        plan="If it is (day, time, place), then I ...; a single - takes the plan away",
        category="What kind of step it is",
        visibility="Who may read it",
    )
    @app_commands.choices(category=CATEGORIES, visibility=VISIBILITIES)
    @app_commands.autocomplete(commitment=own_commitments)
    async def edit(
        self,
        reply: Reply,
        commitment: str,
        text: Text | None = None,
        count: Count | None = None,
        plan: Plan | None = None,
        category: str | None = None,
        visibility: str | None = None,
    ) -> None:
        """Change what is given, or open the form."""
        id_ = commitment_chosen(commitment)
        changes = Changes(
            text=text,
            count=count,
            plan=plan,
            category=None if category is None else Category(category),
            visibility=None if visibility is None else Visibility(visibility),
        )
        if changes == Changes():
            own = await self._services.commitments.get(reply.actor, id_)
            await reply.ask(edit_form(reply.texts, own.commitment))
            return
        own = await self._services.commitments.edit(reply.actor, id_, changes)
        await reply.show(own_card(reply.texts, own, heading="commitments.heading.changed"))
        await self._refresh(own)

    @command("Let one of your commitments go", commit)
    @app_commands.describe(commitment="Which one")
    @app_commands.autocomplete(commitment=own_commitments)
    async def drop(self, reply: Reply, commitment: str) -> None:
        """Ask once."""
        own = await self._services.commitments.get(reply.actor, commitment_chosen(commitment))
        await reply.show(drop_card(reply.texts, own))

    @route("commit_open")
    async def press_add(self, reply: Reply, given: Input) -> None:
        """Open the form for another one."""
        group = await self._services.commitments.start(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(add_form(reply.texts, group, *_place(given, 1)))

    @route("commit_new")
    async def submit_add(self, reply: Reply, given: Input) -> None:
        """Add what was written into the form."""
        own = await self._services.commitments.add(
            reply.actor, draft_in(given), GroupId(given.read_number(0))
        )
        if _place(given, 1):
            await self._redraw(reply, own, given, 1)
        else:
            await reply.show(added_card(reply.texts, own))
        await self._refresh(own)

    @route("commit_mine")
    async def press_mine(self, reply: Reply, given: Input) -> None:
        """Show the pressing person's own."""
        mine = await self._services.commitments.list_own(reply.actor, GroupId(given.read_number(0)))
        await reply.show(list_card(reply.texts, mine))

    @route("commit_more")
    async def press_more(self, reply: Reply, given: Input) -> None:
        """Count one more."""
        own = await self._services.commitments.count_one_more(
            reply.actor, _id(given), expected=given.read_number(1)
        )
        await self._redraw(reply, own, given, 2)
        await self._refresh(own)

    @route("commit_edit")
    async def press_edit(self, reply: Reply, given: Input) -> None:
        """Open the form that changes one."""
        own = await self._services.commitments.get(reply.actor, _id(given))
        await reply.ask(edit_form(reply.texts, own.commitment, *_place(given, 1)))

    @route("commit_change")
    async def submit_edit(self, reply: Reply, given: Input) -> None:
        """Change what was written into the form."""
        own = await self._services.commitments.edit(reply.actor, _id(given), changes_in(given))
        await self._redraw(reply, own, given, 1, heading="commitments.heading.changed")
        await self._refresh(own)

    @route("commit_drop")
    async def press_drop(self, reply: Reply, given: Input) -> None:
        """Ask once before letting go."""
        own = await self._services.commitments.get(reply.actor, _id(given))
        await reply.replace(drop_card(reply.texts, own, *_place(given, 1)))

    @route("commit_gone")
    async def press_gone(self, reply: Reply, given: Input) -> None:
        """Let go."""
        own = await self._services.commitments.drop(reply.actor, _id(given))
        if _place(given, 1):
            await self._redraw(reply, own, given, 1)
        else:
            await reply.replace(dropped_card(reply.texts, own))
        await self._refresh(own)

    @route("commit_keep")
    async def press_keep(self, reply: Reply, given: Input) -> None:
        """Keep it after all."""
        own = await self._services.commitments.get(reply.actor, _id(given))
        await self._redraw(reply, own, given, 1, heading="commitments.heading.kept")

    @route("commit_shrink")
    async def press_shrink(self, reply: Reply, given: Input) -> None:
        """Open the form that makes a carried one smaller."""
        own = await self._services.commitments.get(reply.actor, _id(given))
        await reply.ask(shrink_form(reply.texts, own.commitment))

    @route("commit_shrunk")
    async def submit_shrink(self, reply: Reply, given: Input) -> None:
        """Make it smaller."""
        own = await self._services.commitments.shrink(
            reply.actor, _id(given), text=given.written("text"), count=count_of(given.written("count"))
        )
        await reply.replace(own_card(reply.texts, own, heading="commitments.heading.shrunk"))
        await self._refresh(own)

    @route("commit_swap")
    async def press_swap(self, reply: Reply, given: Input) -> None:
        """Open the form for what takes its place."""
        own = await self._services.commitments.get(reply.actor, _id(given))
        await reply.ask(swap_form(reply.texts, own.commitment))

    @route("commit_swapped")
    async def submit_swap(self, reply: Reply, given: Input) -> None:
        """Put another in its place."""
        own = await self._services.commitments.swap(reply.actor, _id(given), draft_in(given))
        await reply.replace(own_card(reply.texts, own, heading="commitments.heading.swapped"))
        await self._refresh(own)

    @route("dm_commit_more")
    async def press_more_in_direct_message(self, reply: Reply, given: Input) -> None:
        """Count one more from a direct nudge, which shows all of them."""
        actor = await reply.actor_at_home(given)
        own = await self._services.commitments.count_one_more(
            actor, CommitmentId(given.read_number(1)), expected=given.read_number(2)
        )
        nudge = await self._services.nudges.prepare_direct(actor, own.commitment.group_id)
        await reply.replace(direct_nudge_card(reply.texts, nudge))
        await self._refresh(own)

    @route("nudge_stop")
    async def press_stop(self, reply: Reply, given: Input) -> None:
        """Turn off the pressing person's nudges; everybody else's stay."""
        del given
        await self._services.preferences.choose(reply.actor, nudges=False)
        await reply.say("nudges.stopped")

    async def _redraw(
        self, reply: Reply, own: OwnCommitment, given: Input, place: int, *, heading: str | None = None
    ) -> None:
        """Show the present state where the button was: in the list it stands in, or on its own."""
        if _place(given, place):
            mine = await self._services.commitments.list_own(reply.actor, own.commitment.group_id)
            await reply.replace(list_card(reply.texts, mine))
        else:
            await reply.replace(own_card(reply.texts, own, heading=heading))

    async def _refresh(self, own: OwnCommitment) -> None:
        """Bring the group's cards that quote the commitment up to date."""
        for meeting_id in own.touched:
            await self._live.refresh(meeting_id)


def _id(given: Input) -> CommitmentId:
    return CommitmentId(given.read_number(0))


def _place(given: Input, position: int) -> tuple[str, ...]:
    """What a button in the list hands on, so that the list is what is shown next."""
    return (IN_LIST,) if given.arguments[position:] == (IN_LIST,) else ()
