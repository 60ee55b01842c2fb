"""Where a group's rows live: one transaction script, written once, on SQLite and on PostgreSQL.

A transaction is ``async def script(tx)`` that awaits only ``tx.one``, ``tx.all`` and ``tx.run``
and is handed to ``database.write`` or ``database.read``. It may run twice (after a
deadlock), so it changes nothing but the database, and it must not catch the error of a statement and
carry on: PostgreSQL cannot.

Portable statements:

- Parameters are ``:name`` and None, bool, int or str. PostgreSQL infers their types from where they
  stand, and one name has one type: where nothing says it (``:x IS NULL``, a bare ``SELECT :x``,
  ``COALESCE(:x, ...)``, ``INSERT ... SELECT :x``) write ``CAST(:x AS BIGINT)``.
- ``CAST(SUM(x) AS BIGINT)`` and ``CAST(AVG(x) AS DOUBLE PRECISION)``, or PostgreSQL answers a Decimal.
- An int is no bool: compare a BOOLEAN with TRUE, FALSE or a bool parameter, never with 1, and read it
  with ``bool(row[...])`` because SQLite answers 0 or 1. Instants are BIGINT epoch seconds.
- ``ON CONFLICT``, never ``INSERT OR ...``; ``INSERT ... SELECT ... WHERE TRUE ON CONFLICT`` for SQLite's
  parser. Every selected column that is not aggregated is in ``GROUP BY``.
- Write out ``NULLS FIRST`` or ``NULLS LAST``, ``lower(a) LIKE lower(b)``, ``CASE`` in place of ``MAX(a, b)``.
  Text sorts by bytes on one engine and by locale on the other: sort names in Python.
- Lists are not parameters: ``:id0, :id1`` in ``IN (...)``. No ``E'...'``, no ``$$``, no deferred constraint.
- SQLite has one writer at a time; PostgreSQL runs READ COMMITTED. A script that reads before it decides
  (is there a seat left?) first locks the row that owns the rule: ``SELECT id FROM ... {tx.for_update}``.
"""
