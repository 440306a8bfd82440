import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, connections

from statusref.gate import RUNNING, Gate

# Seconds for which a request waits for an answer of PostgreSQL.
PATIENCE = 10

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statusref.settings")
application = gate = Gate(get_wsgi_application(), pool=ThreadPoolExecutor(RUNNING, "django"))
connections.settings[DEFAULT_DB_ALIAS]["PATIENCE"] = PATIENCE


def end_with_parent(parent: int, patience: float = 30) -> None:
    """End this worker once the server that started it is dead, or a new server would find its address taken.

    Requests that are being answered have `patience` seconds.
    """
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience)
    os._exit(1)


if multiprocessing.parent_process():
    from statusref.stalled import watch as end_stalled

    threading.Thread(target=end_with_parent, args=[os.getppid()], name="end-with-parent", daemon=True).start()
    threading.Thread(target=end_stalled, args=[gate], name="end-stalled", daemon=True).start()

if not settings.DEBUG:
    from search.current import warm as warm_search

    warm_search()

if settings.PAGE_CACHE:
    from statusref.page_cache import PageCache

    own = f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
    application = PageCache(application, settings.PAGE_CACHE * 2**20, warm=[settings.BASE_URL or own])
    if settings.METRICS_TOKEN:
        from statusref.metrics import report

        report(application)
    watch = application.start().watch
else:
    from statusref.page_cache.watch import Watch

    # Newer drafts go live at their moment all the same.
    watch = Watch(lambda public, changed: None)
    watch.start(lambda: None)
gate.is_database_away = lambda: watch.is_blind
