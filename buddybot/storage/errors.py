"""What can go wrong with a database, each as one sentence without parameters, rows or passwords."""


class StorageError(Exception):
    """The database cannot do what was asked; nothing of the transaction was kept."""


class ConstraintError(StorageError):
    """A row would break a rule of the schema: not unique, a missing parent, a failed check."""


class TransientError(StorageError):
    """Another transaction got in the way; the same script may well succeed when it runs again."""


class ScriptError(StorageError):
    """The script itself is at fault, not the database."""


CLOSED = "The database is closed."
IN_THE_WAY = "The database was busy with another change for too long; try again."
