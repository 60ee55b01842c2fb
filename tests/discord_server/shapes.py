"""What Discord's objects look like on the wire, as far as the bot reads them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

Json = dict[str, Any]

GUILD, CHANNEL, APPLICATION_ID = 700, 800, 1
BASE = "/api/v10"
EPOCH = 1_420_070_400_000
MEMBER_PERMISSIONS = "117760"
LARGEST = 10_485_760
"""Bytes that the files of an answer may have."""

BOT: Json = {"id": "1", "username": "buddybot", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION: Json = {
    "id": str(APPLICATION_ID),
    "name": "buddybot",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "owner": BOT,
    "verify_key": "",
    "flags": 0,
}


def answer(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON as Discord sends it."""
    body = json.dumps(payload).encode()
    return web.Response(
        body=body, status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def refusal(status: int, code: int) -> web.Response:
    """A refusal with Discord's own code; without one Discord repeats the status."""
    return answer({"message": "refused" if code else f"{status}: refused", "code": code}, status)


def message(number: int, channel: str, said: Mapping[str, Any]) -> Json:
    """A message of the bot."""
    return {
        "id": str(number),
        "channel_id": channel,
        "author": BOT,
        "content": "",
        "timestamp": "2026-03-02T12:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": said.get("flags", 0),
        "components": said.get("components", []),
    }


def user(number: int) -> Json:
    """A person."""
    return {"id": str(number), "username": f"user{number}", "discriminator": "0", "avatar": None}


def member(number: int, permissions: str = MEMBER_PERMISSIONS) -> Json:
    """A person in the guild."""
    return {
        "user": user(number),
        "roles": [],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": permissions,
    }


def channel(number: int) -> Json:
    """A text channel of the guild."""
    return {
        "id": str(number),
        "type": 0,
        "guild_id": str(GUILD),
        "name": f"rowan-{number}",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "permissions": MEMBER_PERMISSIONS,
    }


def role(number: int, name: str, permissions: str = "0") -> Json:
    """A role of the guild."""
    return {
        "id": str(number),
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 1,
        "permissions": permissions,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def guild(channels: Sequence[int], permissions: str) -> Json:
    """The one server there is."""
    return {
        "id": str(GUILD),
        "name": "Job seekers",
        "owner_id": "11",
        "unavailable": False,
        "large": False,
        "member_count": 7,
        "roles": [role(GUILD, "@everyone", permissions)],
        "channels": [channel(number) for number in channels],
        "threads": [],
        "members": [member(int(BOT["id"]))],
        "emojis": [],
        "stickers": [],
        "features": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-GB",
        "afk_timeout": 300,
        "system_channel_flags": 0,
    }


def event(number: int, said: Mapping[str, Any]) -> Json:
    """A scheduled event of the guild."""
    return {
        "id": str(number),
        "guild_id": str(GUILD),
        "channel_id": None,
        "creator_id": BOT["id"],
        "description": None,
        "privacy_level": 2,
        "status": 1,
        "entity_type": 3,
        "entity_id": None,
        "entity_metadata": None,
        "user_count": 0,
        "image": None,
        **said,
    }


def interaction(
    number: int,
    kind: int,
    data: Mapping[str, Any],
    *,
    who: int,
    where: int,
    on: Json | None = None,
    largest: int = LARGEST,
) -> Json:
    """What somebody typed, clicked (`on` is the message) or filled in; files may have so many bytes."""
    made = {
        "id": str(number),
        "application_id": str(APPLICATION_ID),
        "type": kind,
        "token": f"interaction-{number}",
        "version": 1,
        "guild_id": str(GUILD),
        "channel_id": str(where),
        "channel": channel(where),
        "member": member(who),
        "locale": "en-GB",
        "guild_locale": "en-GB",
        "app_permissions": MEMBER_PERMISSIONS,
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(GUILD)},
        "context": 0,
        "attachment_size_limit": largest,
        "data": data,
    }
    return made if on is None else {**made, "message": on}
