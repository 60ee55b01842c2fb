"""Named parameters mean the same on both engines, and nothing else in a statement is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.storage.engine.database import Database, ScriptError, Tx
from buddybot.storage.engine.transaction import check, positional, values

names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
anything = st.text(st.sampled_from("ab :;@-*/'\"\n$?%"), max_size=12)
untouched = st.one_of(
    anything.map(lambda text: "'" + text.replace("'", "''") + "'"),
    anything.map(lambda text: '"' + text.replace('"', '""') + '"'),
    anything.map(lambda text: "--" + text.replace("\n", "") + "\n"),
    anything.map(lambda text: "/*" + text.replace("*", "").replace("/", "") + "*/"),
    names.map(lambda name: "x::" + name),
    st.sampled_from(["SELECT", "(", ")", ",", "= 1", "<>", "%", "a.b", "@identity", ";", "\n", "$"]),
)


@given(
    st.lists(st.one_of(untouched.map(lambda text: (text, "")), names.map(lambda name: (":" + name, name))))
)
def test_only_parameters_are_numbered(parts: list[tuple[str, str]]) -> None:
    expected, order = [], []
    for text, name in parts:
        if name and name not in order:
            order.append(name)
        expected.append(f"${order.index(name) + 1}" if name else text)
    sql, found = positional(" ".join(text for text, _ in parts))
    assert sql == " ".join(expected)
    assert found == tuple(order)


@given(st.dictionaries(names, st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_arguments_stand_in_the_order_of_the_numbers(parameters: dict[str, int]) -> None:
    sql, order = positional(" ".join(f":{name}" for name in parameters))
    assert sql == " ".join(f"${number}" for number in range(1, len(parameters) + 1))
    assert values(order, parameters) == list(parameters.values())


async def test_both_engines_read_the_same_statement(database: Database) -> None:
    async def script(tx: Tx) -> dict[str, object]:
        row = await tx.one(
            """SELECT ':n' AS "a:n", 'it''s :n' AS b, -- not :this
               CAST(:n AS BIGINT) + CAST(:n AS BIGINT) AS c, /* nor :that; */ CAST(:text AS TEXT) AS d""",
            n=21,
            text="' :n --",
        )
        assert row is not None
        return {column: row[column] for column in row.keys()}  # noqa: SIM118  # a Row is no mapping

    assert await database.read(script) == {"a:n": ":n", "b": "it's :n", "c": 42, "d": "' :n --"}


@pytest.mark.parametrize(
    "value",
    [2**63, -(2**63) - 1, 1.5, b"bytes", "nul\0", "half \ud83d a pair", ["list"], object()],
    ids=lambda value: type(value).__name__,
)
def test_what_one_engine_could_not_store_is_refused_without_showing_it(value: object) -> None:
    with pytest.raises(ScriptError) as caught:
        check({"fine": 1, "note": value})
    assert str(caught.value) == f"The parameter :note holds a {type(value).__name__} that cannot be stored."


@pytest.mark.parametrize("value", [None, True, False, 0, -(2**63), 2**63 - 1, "", "Ünïcode 🙂", "a'b"])
async def test_what_both_engines_store_comes_back_unchanged(database: Database, value: object) -> None:
    kind = {bool: "BOOLEAN", str: "TEXT"}.get(type(value), "BIGINT")

    async def script(tx: Tx) -> object:
        row = await tx.one(f"SELECT CAST(:value AS {kind}) AS value", value=value)
        assert row is not None
        return row["value"]

    assert await database.read(script) == value


async def test_a_parameter_that_was_not_given_is_named(database: Database) -> None:
    async def script(tx: Tx) -> None:
        await tx.one("SELECT CAST(:there AS BIGINT), CAST(:missing AS BIGINT)", there=1)

    with pytest.raises(ScriptError, match=r":missing was not given"):
        await database.read(script)
