"""Addresses of databases, as hosts hand them out: what is in one, what is wrong with one, and what is secret.

Most of what stands behind the question mark of a PostgreSQL address belongs to libpq or to other programs.
What asyncpg has is mapped, what a server may be set to is passed on, and the rest is left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlencode

from buddybot.settings.errors import OperatorError

SQLITE, POSTGRES = "sqlite:///", ("postgres://", "postgresql://")
SCHEMES = (*POSTGRES, SQLITE)

_TLS = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_LAX_TLS = ("disable", "allow", "prefer")
_SWITCHED = {"true": "verify-full", "1": "verify-full", "false": "disable", "0": "disable"}
_READ_ELSEWHERE = (
    *("host", "port", "user", "password", "dbname", "database", "connect_timeout"),
    *("sslmode", "ssl", "requiressl"),
)
_RENAMED = {"schema": "search_path", "currentSchema": "search_path", "ApplicationName": "application_name"}
_ANY_SERVER, _WRITABLE_SERVER = ("any", "prefer-standby"), ("primary", "read-write")
_CONNECTIONS = ("connection_limit", "pool_max_conns", "pool_size")
_UNPREPARED = {
    "pgbouncer": ("true", "1", "yes", "on"),
    "prepared_statements": ("false", "0", "no", "off"),
    "statement_cache_size": ("0",),
    "prepared_statement_cache_size": ("0",),
    "prepareThreshold": ("0",),
    "prefer_simple_protocol": ("true", "1"),
}
_OF_LIBPQ = """
    channel_binding client_encoding fallback_application_name gssdelegation gssencmode hostaddr keepalives
    keepalives_count keepalives_idle keepalives_interval load_balance_hosts max_protocol_version
    min_protocol_version oauth_client_id oauth_client_secret oauth_issuer oauth_scope replication require_auth
    requirepeer scram_client_key scram_server_key servicefile sslcertmode sslcompression sslkeylogfile sslsni
    tcp_user_timeout
"""
_LIBPQ = frozenset(
    f"""
    {_OF_LIBPQ} application_name connect_timeout dbname gsslib host krbsrvname options passfile port service
    sslcert sslcrl sslkey sslmode sslnegotiation sslrootcert ssl_max_protocol_version
    ssl_min_protocol_version target_session_attrs user
    """.split()
)
_OF_PROGRAMS = """
    adapter async_fallback binaryTransfer charset command_timeout connectTimeout conn_max_age
    default_query_exec_mode description_cache_capacity encoding idle_timeout loginTimeout max max_client_conn
    max_connections max_idle_connection_lifetime max_overflow max_pool_size min min_pool_size pool
    pool_health_check_period pool_max_conn_idle_time pool_max_conn_lifetime pool_max_conn_lifetime_jitter
    pool_min_conns pool_min_idle_conns pool_mode pool_pre_ping pool_recycle pool_timeout pooling
    query_timeout reWriteBatchedInserts reaping_frequency socketTimeout socket_timeout sslaccept sslfactory
    sslidentity statement_cache_capacity supa tcpKeepAlive timeout uselibpqcompat variables workaround
"""
_OF_OTHERS = frozenset(f"{_OF_LIBPQ} {_OF_PROGRAMS}".split())
_ESCAPED = {each: f"%{ord(each):02X}" for each in "/?#[]@ %"}
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]]*)(?::(?P<port>[^:]*))?")


class AddressError(OperatorError):
    """The address of the database cannot be used; the text says why, and never repeats a secret of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """What a PostgreSQL address asks for; asyncpg hands what it does not know of `query` to the server."""

    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    verifies_by_system: bool = False  # TLS, with the certificate authorities that the machine trusts
    connect_seconds: float | None = None
    connections: int | None = None
    prepared: bool = True
    ignored: tuple[str, ...] = ()

    @property
    def dsn(self) -> str:
        """The rest of the address, in which nothing is secret but the password of a client's key."""
        return f"postgresql:///?{urlencode(self.query)}" if self.query else "postgresql://"


def require_address(address: str) -> None:
    """Raise AddressError when an address that is set is of no database that can be used."""
    if address.startswith(SQLITE):
        _require_file(address.removeprefix(SQLITE))
    elif address.startswith(POSTGRES):
        read_postgres(address)
    elif address[:1] in "\"'" and address:
        raise AddressError("DATABASE_URL stands in quotes: set it without them.")
    elif address:
        raise AddressError(
            "DATABASE_URL must start with postgres:// or postgresql:// (or sqlite:/// and a path); "
            "leave it out to keep everything in an SQLite file."
        )


def read_postgres(address: str) -> PostgresAddress:
    """Read an address that starts with one of POSTGRES; AddressError when it cannot be used."""
    rest = address.partition("://")[2]
    if re.search(r"[\s\x00-\x1f\x7f]", rest):
        raise AddressError(
            "DATABASE_URL holds a blank or a line break: copy it again, and write a blank as %20."
        )
    _require_escaped(rest)
    if re.search(r"%(?:[01][0-9A-F]|7F)", rest, re.IGNORECASE):
        raise AddressError("DATABASE_URL holds a control character, written with a %: write it again.")
    before, _, written = rest.partition("?")
    authority, _, path = before.partition("/")
    login, _, places = authority.rpartition("@")
    user, _, password = login.partition(":")
    given = dict(_pairs(written))
    places = given.get("host") or unquote(places) or given.pop("hostaddr", "")
    hosts, ports = _read_hosts(places, given.get("port"))
    query, others, verifies = _sorted_out(given)
    return PostgresAddress(
        hosts=hosts,
        ports=ports,
        user=unquote(user) or given.get("user"),
        password=unquote(password) or given.get("password"),
        database=unquote(path) or given.get("dbname") or given.get("database"),
        query=query,
        verifies_by_system=verifies,
        connect_seconds=_seconds(given.get("connect_timeout")),
        connections=_connections(given),
        prepared=not any(given.get(name, "").lower() in off for name, off in _UNPREPARED.items()),
        ignored=tuple(others),
    )


def for_libpq(address: str) -> str:
    """Return an address that was read before as psql and pg_dump take it, without its password."""
    scheme, _, rest = address.partition("://")
    before, question, written = rest.partition("?")
    authority, slash, path = before.partition("/")
    login, at, places = authority.rpartition("@")
    shown = [
        pair.replace("sslmode=no-verify", "sslmode=require")
        for pair in written.split("&")
        if unquote(pair.partition("=")[0]) in _LIBPQ
    ]
    query = f"{question}{'&'.join(shown)}" if any(shown) else ""
    return f"{scheme}://{login.partition(':')[0]}{at}{places}{slash}{path}{query}"


def secrets_of(address: str) -> tuple[str, ...]:
    """Return what nobody may read of an address, also of a wrong one, in each form it may come up in."""
    said = any(scheme.startswith(address.rstrip(":/")) for scheme in SCHEMES)  # by our own sentences too
    found = set() if said or address.startswith(SQLITE) else {address}
    rest = address.partition("://")[2] if "://" in address else ""
    for end in (match.start() for match in re.finditer("@", rest)):
        found.add(rest[:end].partition(":")[2])
        found.add(re.split(r"[/?#@]", rest[:end].partition(":")[2])[0])
    for match in re.finditer(
        r"(?:password|pwd)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&]+))", address, re.IGNORECASE
    ):
        found.update(part for each in match.groups() if each for part in (each, each.partition(";")[0]))
    found |= {unquote(each) for each in found} | {unquote(each.replace("+", " ")) for each in found}
    found |= {quote(each, safe="") for each in found if each != address}
    return tuple(sorted(filter(None, found)))


def _require_file(path: str) -> None:
    if not path.strip("/"):
        raise AddressError("DATABASE_URL names no file: write its path behind sqlite:///.")
    if path.endswith(":memory:"):
        raise AddressError("DATABASE_URL names memory, which keeps nothing: write a path behind sqlite:///.")
    if path.endswith("/"):
        raise AddressError("DATABASE_URL names a folder: write the path of a file behind sqlite:///.")
    if re.search(r"[\x00-\x1f\x7f]", path):
        raise AddressError("DATABASE_URL holds a control character: write the path again.")
    if "?" in path:
        raise AddressError(
            "DATABASE_URL has something behind a ?, which SQLite files have not: leave it out."
        )


def _require_escaped(rest: str) -> None:
    """Refuse a user or password with a mark that has another meaning there, and say how it is written."""
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    login = authority.rpartition("@")[0]
    mark = next((each for each in "#[]@" if each in login), None)
    if mark is None and _is_cut(authority, rest[len(authority) :]):
        mark = rest[len(authority)]
    if mark is None and "#" in rest:
        mark = "#"
    if mark is None and re.search(r"%(?![0-9A-Fa-f]{2})", login):
        mark = "%"
    if mark is not None:
        raise AddressError(
            f"DATABASE_URL has a {mark} in the user, the password or the name: write it as {_ESCAPED[mark]}."
        )


def _is_cut(authority: str, behind: str) -> bool:
    """Return whether a user and password go on behind what ends them, up to an @ there."""
    path, _, written = behind.partition("?")
    if "@" in path:
        return True
    port = authority.rpartition("@")[2].partition(":")[2]
    return "@" in written and "@" not in authority and (not _has_names(written) or _is_no_port(port))


def _is_no_port(port: str) -> bool:
    return bool(port) and not port.isdecimal()


def _has_names(written: str) -> bool:
    return all(re.match(r"[A-Za-z_][\w.]*=", pair) for pair in written.split("&") if pair)


def _pairs(written: str) -> Iterator[tuple[str, str]]:
    for pair in written.split("&"):
        name, equals, value = pair.partition("=")
        if pair and not (equals and name):
            raise AddressError(
                "DATABASE_URL has something behind the ? that is not name=value: leave it out."
            )
        if value:
            yield unquote(name), unquote(value)


def _read_hosts(places: str, given_ports: str | None) -> tuple[tuple[str, ...], tuple[int, ...]]:
    hosts, ports = [], []
    for place in places.split(",") if places else ():
        found = None if place.startswith("/") else _HOST.fullmatch(place)
        if not place.startswith("/") and (found is None or not _is_name(found["host"])):
            raise AddressError("DATABASE_URL has a host that cannot be one: check what stands behind the @.")
        hosts.append(place if found is None else found["host"].strip("[]") or "localhost")
        ports.append("5432" if found is None or found["port"] is None else found["port"])
    if given_ports is not None:
        ports = given_ports.split(",")
        ports = ports * len(hosts) if len(ports) == 1 and hosts else ports
    numbers = [int(port) if re.fullmatch(r"[0-9]{1,5}", port) else 0 for port in ports]
    if not all(1 <= number <= 65535 for number in numbers):
        raise AddressError("DATABASE_URL has a port that is not a number from 1 to 65535.")
    if hosts and len(hosts) != len(numbers):
        raise AddressError("DATABASE_URL does not have as many ports as hosts: name one port for each host.")
    return tuple(hosts), tuple(numbers)


def _is_name(host: str) -> bool:
    try:
        return host.encode("idna") is not None
    except UnicodeError:  # a part of it is empty, or longer than one may be
        return False


def _sorted_out(given: Mapping[str, str]) -> tuple[dict[str, str], list[str], bool]:
    """Return what asyncpg is told, what is left out, and whether the system's authorities verify."""
    if given.get("target_session_attrs", "any") not in (*_ANY_SERVER, *_WRITABLE_SERVER):
        raise AddressError(
            "DATABASE_URL asks for a server that takes no changes: leave target_session_attrs out, or write "
            "read-write."
        )
    tls, verifies = _tls(given)
    query, ignored = ({} if tls is None else {"sslmode": tls}), []
    known = (*_READ_ELSEWHERE, *(("sslrootcert",) if verifies else ()))
    for name, value in given.items():
        if name in known:
            continue
        if name in _CONNECTIONS or (name in _UNPREPARED and value.lower() in _UNPREPARED[name]):
            continue
        is_any = name == "target_session_attrs" and value in _ANY_SERVER
        if name in _OF_OTHERS or name in _UNPREPARED or is_any:
            ignored.append(name)
        else:
            query[_RENAMED.get(name, name)] = _quote_schema(value) if name == "schema" else value
    return query, ignored, verifies


def _quote_schema(schema: str) -> str:
    """Return the name of one schema as it may stand in a search path."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*|\".*\"|.*,.*", schema)
    return schema if plain else '"{}"'.format(schema.replace('"', '""'))


def _tls(given: Mapping[str, str]) -> tuple[str | None, bool]:
    """Return how TLS is used, at least as strictly as asked, and whether by the machine's own authorities."""
    if given.get("gssencmode") == "require":
        raise AddressError(
            "DATABASE_URL asks for gssencmode=require, which is not there: use sslmode instead."
        )
    if "sslcrldir" in given:
        raise AddressError("DATABASE_URL asks for sslcrldir, which is not there: name one file with sslcrl.")
    switch = given.get("ssl", "").lower()
    switched = _SWITCHED.get(switch, switch) or None
    mode = given.get("sslmode") or switched
    if switched not in (None, *_LAX_TLS) and mode in _LAX_TLS:
        mode = "require"
    if mode is None and given.get("requiressl") == "1":
        mode = "require"
    mode = "require" if mode == "no-verify" else mode
    if mode is not None and mode not in _TLS:
        raise AddressError(f"DATABASE_URL has an sslmode that there is not: write one of {', '.join(_TLS)}.")
    own, strict = given.get("sslrootcert"), given.get("sslaccept") == "strict"
    if own == "system" or (own is None and (strict or (mode == "verify-full" and "sslmode" not in given))):
        return None, True
    return ("verify-full" if strict else mode), False


def _seconds(written: str | None) -> float | None:
    """Return libpq's time limit; it has none where it says 0 or less."""
    if written is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,6}", written):
        raise AddressError("DATABASE_URL has a connect_timeout that is not a whole number of seconds.")
    return max(2.0, float(written)) if int(written) > 0 else None


def _connections(given: Mapping[str, str]) -> int | None:
    for name in _CONNECTIONS:
        if name in given:
            if not re.fullmatch(r"[1-9][0-9]{0,5}", given[name]):
                raise AddressError(f"DATABASE_URL has a {name} that is not a number of 1 or more.")
            return int(given[name])
    return None
