"""What discord.py rightly sends although Discord's description omits it or types it otherwise."""

from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

SNOWFLAKE: Schema = {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$", "minimum": 0}
PERMISSIONS: Schema = {"type": ["string", "integer", "null"], "pattern": "^[0-9]+$", "minimum": 0}
BOOLEAN: Schema = {"type": ["boolean", "null"]}
INTEGER: Schema = {"type": ["integer", "null"], "minimum": 0}


@dataclass(frozen=True, slots=True)
class Deviation:
    """`prop` of the schemas in `places` is what `schema` says; a place is a component or an operation."""

    places: tuple[str, ...]
    prop: str
    schema: Schema
    reason: str


OVERWRITE = "PUT /channels/{channel_id}/permissions/{overwrite_id}"
ROLES = ("CreateRoleRequest", "UpdateRoleRequestPartial")
OVERWRITES = ("ChannelPermissionOverwriteRequest", OVERWRITE)
COMMANDS = (
    "ApplicationCommandCreateRequest",
    "ApplicationCommandPatchRequestPartial",
    "ApplicationCommandUpdateRequest",
)

PROPERTIES = (
    Deviation(ROLES, "permissions", PERMISSIONS, "64 bits do not survive JSON numbers: sent as a string"),
    Deviation(OVERWRITES, "allow", PERMISSIONS, "the same bits in an overwrite"),
    Deviation(OVERWRITES, "deny", PERMISSIONS, "the same bits in an overwrite"),
    Deviation((OVERWRITE,), "id", SNOWFLAKE, "repeats the id of the path; documented as ignored"),
    Deviation(COMMANDS, "nsfw", BOOLEAN, "documented on the command object, missing in the description"),
    Deviation(("RichEmbed",), "flags", INTEGER, "Embed.to_dict writes every slot; ignored on input"),
    Deviation(
        (
            "IncomingWebhookUpdateRequestPartial",
            "IncomingWebhookUpdateForInteractionCallbackRequestPartial",
            "MessageEditRequestPartial",
        ),
        "tts",
        BOOLEAN,
        "one function writes the parameters of creating and of editing; ignored on edits",
    ),
)

# Component schemas that are replaced whole.
COMPONENTS: dict[str, tuple[Schema, str]] = {
    "SnowflakeType": (SNOWFLAKE, "ids in bodies may be numbers: Discord reads both"),
}

# Query names outside the description, by operation.
QUERIES: dict[tuple[str, str], tuple[Schema, str]] = {
    ("POST /channels/{channel_id}/threads", "use_nested_fields"): (
        {"type": "integer", "enum": [0, 1]},
        "asks for the nested form of a forum post; undocumented and accepted",
    ),
}
