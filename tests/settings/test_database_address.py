"""Addresses as hosts hand them out are read, wrong ones get a sentence that helps, none shows a secret."""

import pytest

from buddybot.settings.database_address import (
    AddressError,
    PostgresAddress,
    for_libpq,
    read_postgres,
    require_address,
    secrets_of,
)
from buddybot.settings.redaction import Redactor

BASE = "postgresql://ana:hunter22@db.example.org/buddies"


def read(query: str) -> PostgresAddress:
    return read_postgres(f"{BASE}?{query}")


def fault(address: str) -> str:
    with pytest.raises(AddressError) as caught:
        require_address(address)
    sentence = str(caught.value)
    for secret in ("hunter22", "hunter", "S3cret"):
        assert secret not in sentence
    return sentence


def test_an_address_is_read_into_its_parts() -> None:
    found = read_postgres("postgres://a%40na:p%2Fw%3F@db.example.org:6432/my%20db?application_name=x%20y")
    assert (found.user, found.password, found.database) == ("a@na", "p/w?", "my db")
    assert (found.hosts, found.ports) == (("db.example.org",), (6432,))
    assert found.query == {"application_name": "x y"}
    assert "p/w?" not in repr(found)


@pytest.mark.parametrize(
    ("address", "hosts", "ports"),
    [
        ("postgres:///db", (), ()),
        ("postgres://h/db", ("h",), (5432,)),
        ("postgres://u@[::1]:5433/db", ("::1",), (5433,)),
        ("postgres://user:secret@a,b:6000/db", ("a", "b"), (5432, 6000)),
        ("postgres://u@%2Fvar%2Frun%2Fpostgresql/db", ("/var/run/postgresql",), (5432,)),
        ("postgres:///db?host=/run/pg&port=7", ("/run/pg",), (7,)),
        ("postgres:///db?host=a,b&port=7", ("a", "b"), (7, 7)),
        ("postgres:///db?port=7", (), (7,)),
        ("postgres:///db?hostaddr=10.0.0.1", ("10.0.0.1",), (5432,)),
        ("postgres:///db?hostaddr=10.0.0.1,10.0.0.2&port=7", ("10.0.0.1", "10.0.0.2"), (7, 7)),
    ],
)
def test_hosts_and_ports_are_read(address: str, hosts: tuple[str, ...], ports: tuple[int, ...]) -> None:
    found = read_postgres(address)
    assert (found.hosts, found.ports) == (hosts, ports)


@pytest.mark.parametrize(
    ("query", "ignored"),
    [
        ("sslmode=require&channel_binding=require", ("channel_binding",)),
        (
            "keepalives=1&keepalives_idle=30&tcp_user_timeout=5",
            ("keepalives", "keepalives_idle", "tcp_user_timeout"),
        ),
        ("pgbouncer=true&connect_timeout=15&pool_timeout=20", ("pool_timeout",)),
        ("pgbouncer=false", ("pgbouncer",)),
        ("pool_max_conns=5&pool_min_conns=2", ("pool_min_conns",)),
        ("gssencmode=disable&sslsni=1&client_encoding=utf8", ("gssencmode", "sslsni", "client_encoding")),
        ("supa=base-pooler.x&workaround=supabase-pooler.vercel", ("supa", "workaround")),
        ("sslmode=no-verify&uselibpqcompat=true", ("uselibpqcompat",)),
        ("target_session_attrs=any", ("target_session_attrs",)),
        ("target_session_attrs=prefer-standby", ("target_session_attrs",)),
        ("hostaddr=10.0.0.1&scram_client_key=S3cret", ("hostaddr", "scram_client_key")),
        ("pooling=true&min_pool_size=1&charset=utf8", ("pooling", "min_pool_size", "charset")),
    ],
)
def test_what_only_other_programs_need_is_left_out(query: str, ignored: tuple[str, ...]) -> None:
    found = read(query)
    assert found.ignored == ignored
    assert not set(found.query) - {"sslmode"}


@pytest.mark.parametrize(
    ("query", "dsn"),
    [
        ("", "postgresql://"),
        ("application_name=bot&search_path=a", "postgresql:///?application_name=bot&search_path=a"),
        ("application_name=any", "postgresql:///?application_name=any"),
        ("schema=Buddy-Bot", "postgresql:///?search_path=%22Buddy-Bot%22"),
        ("schema=%22Buddy%22", "postgresql:///?search_path=%22Buddy%22"),
        ("schema=rooms", "postgresql:///?search_path=rooms"),
        ("currentSchema=rooms&ApplicationName=b", "postgresql:///?search_path=rooms&application_name=b"),
        ("options=-c%20work_mem%3D8MB", "postgresql:///?options=-c+work_mem%3D8MB"),
        ("options=project%3Dx", "postgresql:///?options=project%3Dx"),
        ("target_session_attrs=read-write", "postgresql:///?target_session_attrs=read-write"),
        (
            "sslrootcert=/etc/ca.pem&sslmode=verify-ca",
            "postgresql:///?sslmode=verify-ca&sslrootcert=%2Fetc%2Fca.pem",
        ),
        ("statement_timeout=5000&empty=", "postgresql:///?statement_timeout=5000"),
    ],
)
def test_what_the_driver_or_the_server_has_is_passed_on(query: str, dsn: str) -> None:
    assert read(query).dsn == dsn
    assert read(query).ignored == ()


@pytest.mark.parametrize(
    ("query", "mode", "by_system"),
    [
        ("", None, False),
        *(
            (f"sslmode={mode}", mode, False)
            for mode in ("disable", "allow", "prefer", "require", "verify-full")
        ),
        ("sslmode=no-verify", "require", False),
        ("ssl=no-verify", "require", False),
        ("requiressl=1", "require", False),
        ("ssl=true", None, True),
        ("ssl=1", None, True),
        ("ssl=require", "require", False),
        ("ssl=false", "disable", False),
        ("ssl=true&sslrootcert=/ca.pem", "verify-full", False),
        ("sslmode=require&ssl=true", "require", False),
        ("sslmode=disable&ssl=true", "require", False),
        ("sslmode=prefer&ssl=require", "require", False),
        ("sslmode=disable&ssl=false", "disable", False),
        ("sslrootcert=system", None, True),
        ("sslmode=verify-full&sslrootcert=system", None, True),
        ("sslmode=require&sslaccept=strict", None, True),
        ("sslmode=require&sslaccept=accept_invalid_certs", "require", False),
    ],
)
def test_tls_is_as_strict_as_the_address_asks(query: str, mode: str | None, by_system: bool) -> None:
    found = read(query)
    assert found.query.get("sslmode") == mode
    assert found.verifies_by_system is by_system
    assert "ssl" not in found.query
    assert ("sslrootcert" in found.query) is ("/ca.pem" in query)


@pytest.mark.parametrize(
    ("query", "seconds", "connections", "prepared"),
    [
        ("connect_timeout=10", 10.0, None, True),
        ("connect_timeout=1", 2.0, None, True),
        ("connect_timeout=0", None, None, True),
        ("connection_limit=1&pgbouncer=true", None, 1, False),
        ("pool_max_conns=20&statement_cache_size=0", None, 20, False),
        ("prepared_statements=false", None, None, False),
    ],
)
def test_limits_are_read(query: str, seconds: float | None, connections: int | None, prepared: bool) -> None:
    found = read(query)
    assert (found.connect_seconds, found.connections, found.prepared) == (seconds, connections, prepared)
    assert found.query == {}


@pytest.mark.parametrize("mark", ["/", "?", "#", "[", "]", "@", "%"])
@pytest.mark.parametrize(
    "rest", ["@db.example.org/buddies", "@db.example.org:5432/buddies?sslmode=require", "@h"]
)
@pytest.mark.parametrize("password", ["hunter22{}S3cret", "{}hunter22", "12{}g4hunter22", "hunter22{}"])
def test_a_mark_that_is_not_escaped_is_named_with_its_right_form(mark: str, rest: str, password: str) -> None:
    sentence = fault(f"postgres://ana:{password.format(mark)}{rest}")
    assert sentence == (
        f"DATABASE_URL has a {mark} in the user, the password or the name: write it as %{ord(mark):02X}."
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgres://ana:hunter22@db.example.org:99999/x", "a port that is not a number from 1 to 65535"),
        ("postgres://ana:hunter22@db..example.org/x", "a host that cannot be one"),
        (f"postgres://ana:hunter22@{'d' * 64}.example.org/x", "a host that cannot be one"),
        ("postgres://ana:hunter22@db.example.org:0/x", "a port that is not"),
        ("postgres://ana:hunter22@db.example.org:/x", "a port that is not"),
        ("postgres://ana:hunter22@db.example.org:port/x", "a port that is not"),
        ("postgres://ana:hunter22@db.example.org/x?port=-1", "a port that is not"),
        ("postgres://ana:hunter22@a,b,c/x?port=1,2", "as many ports as hosts"),
        ("postgres://ana:hunter22@[host/name", "a host that cannot be one"),
        ("postgres://ana:hunter22@a:1:2/name", "a host that cannot be one"),
        ("postgres://ana:hunter22@h/x?sslmode", "not name=value"),
        ("postgres://ana:hunter22@h/x?sslmode=maybe", "write one of disable, allow, prefer, require"),
        ("postgres://ana:hunter22@h/x?connect_timeout=soon", "connect_timeout that is not a whole number"),
        (
            "postgres://ana:hunter22@h/x?connection_limit=0",
            "connection_limit that is not a number of 1 or more",
        ),
        ("postgres://ana:hunter22@h/x?gssencmode=require", "gssencmode=require, which is not there"),
        ("postgres://ana:hunter22@h/x?sslcrldir=/x", "sslcrldir, which is not there"),
        *(
            (f"postgres://ana:hunter22@h/x?target_session_attrs={kind}", "a server that takes no changes")
            for kind in ("standby", "read-only", "foo")
        ),
        ("postgres://ana:hunter22%00@h/x", "holds a control character"),
        ("postgres://ana:hunter22@h/x?application_name=a%0ab", "holds a control character"),
        ("postgres://ana:hunter 22@h/x", "holds a blank or a line break"),
        ("postgres://ana:hunter22@h/x\nsecond", "holds a blank or a line break"),
        ('"postgres://ana:hunter22@h/x"', "stands in quotes"),
        ("mysql://ana:hunter22@h/x", "must start with postgres:// or postgresql://"),
        ("jdbc:postgresql://h/x?password=hunter22", "must start with postgres:// or postgresql://"),
        ("postgresql+asyncpg://ana:hunter22@h/x", "must start with postgres:// or postgresql://"),
        ("host=h password=hunter22", "must start with postgres:// or postgresql://"),
        ("sqlite:///", "names no file: write its path behind sqlite:///"),
        ("sqlite:////", "names no file"),
        ("sqlite:///data/", "names a folder"),
        ("sqlite:///:memory:", "names memory"),
        ("sqlite:///bot.db?mode=ro", "behind a ?"),
        ("sqlite://bot.db", "must start with postgres:// or postgresql://"),
    ],
)
def test_what_is_wrong_is_named(address: str, words: str) -> None:
    assert words in fault(address)


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("postgres://ana:S3cret-word@h/x", "S3cret-word"),
        ("postgres://ana:S3cret%2Dword@h/x", "S3cret-word"),
        ("postgres://ana:S3cret-word@h/x", "S3cret%2Dword".replace("%2D", "-")),
        ("postgres://ana:S3c/et-word@h/x", "S3c/et-word"),
        ("postgres://ana:S3c?et-word@h/x", "S3c?et-word"),
        ("postgres://ana:S3c#et-word@h/x", "S3c#et-word"),
        ("postgres://ana:S3c@et-word@h/x", "S3c@et-word"),
        ("postgres://ana:S3c[et-word@h/x", "S3c[et-word"),
        ("postgres://u@h/x?password=S3cret-word", "S3cret-word"),
        ("postgres://u@h/x?a=b&sslpassword=S3cret-word&c=d", "S3cret-word"),
        ("postgres://u@h/x?password=S3cret%20word", "S3cret word"),
        ("postgresql+psycopg://ana:S3cret-word@h/x", "S3cret-word"),
        ("host=h user=u password=S3cret-word", "S3cret-word"),
        ("host=h user=u password='S3cret word'", "S3cret word"),
        ("jdbc:postgresql://h/x?user=u&password=S3cret-word", "S3cret-word"),
        ("Server=h;Password=S3cret-word;", "S3cret-word"),
    ],
)
def test_a_password_is_hidden_in_every_form_of_the_address(address: str, secret: str) -> None:
    hide = Redactor(secrets_of(address))
    for text in (address, f"could not use {secret!r}", f"at {secret} stands a mark"):
        assert secret not in hide(text)
        assert "S3c" not in hide(text)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgres://ana:hunter22@h:1/x?sslmode=require", "postgres://ana@h:1/x?sslmode=require"),
        ("postgres://u@h/x?password=S3cret", "postgres://u@h/x"),
        (
            "postgres://u@h/x?options=b&password=S3cret&sslpassword=S3cret&port=7",
            "postgres://u@h/x?options=b&port=7",
        ),
        ("postgres://u@h/x?pgbouncer=true&sslmode=no-verify&schema=a", "postgres://u@h/x?sslmode=require"),
        ("postgres://u@h/x?pass%77ord=S3cret", "postgres://u@h/x"),
        ("postgres:///x", "postgres:///x"),
    ],
)
def test_an_address_is_shown_as_libpq_takes_it_and_without_its_password(address: str, shown: str) -> None:
    assert for_libpq(address) == shown


@pytest.mark.parametrize("address", ["sqlite", "sqlite:", "sqlite://", "postgres", "postgresql:"])
def test_a_scheme_alone_hides_nothing_of_the_sentence_about_it(address: str) -> None:
    sentence = fault(address)
    assert "sqlite:/// and a path" in sentence
    assert Redactor(secrets_of(address))(sentence) == sentence
