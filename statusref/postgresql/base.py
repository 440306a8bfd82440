"""Django's PostgreSQL, for which a server need not wait without end.

A database that hangs, or a network that loses everything, closes no connection, and a query would hold its thread until
somebody ends it. What `PATIENCE` among the settings of the database says in seconds is the longest wait for an answer;
without it, as in commands that migrate or import, an answer takes what it takes.
"""

import time
from collections.abc import Generator
from functools import partial

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        if patience := self.settings_dict.get("PATIENCE"):
            # All that psycopg sends goes through this method, commits and rollbacks too.
            connection.wait = partial(_wait, connection.wait, connection, patience)
        return connection


def _wait(wait, connection: psycopg.Connection, patience: float, steps: Generator, *arguments, **options):
    return wait(_until(time.monotonic() + patience, connection, steps), *arguments, **options)


def _until(end: float, connection: psycopg.Connection, steps: Generator) -> Generator:
    """The same steps of a conversation with the database, of which none begins after `end`.

    Raises OperationalError then, and closes the connection: nobody knows what the database will still do with it.
    """
    try:
        wanted = next(steps)
        while True:
            is_ready = yield wanted
            if not is_ready and time.monotonic() > end:
                steps.close()
                connection.pgconn.finish()
                raise psycopg.OperationalError("the database does not answer")
            wanted = steps.send(is_ready)
    except StopIteration as done:
        return done.value
