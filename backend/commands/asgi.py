"""What does each worker process load? The application of the settings that ``serve`` put into the environment.

Also for an operator who starts another ASGI server: ``backend.commands.asgi:application`` is its factory.
"""

import ctypes
import os
import signal
import sys

from backend.app import Application
from backend.commands.fitting import require_fitting
from backend.database.registry import open_counties
from backend.settings import read_settings

_PR_SET_PDEATHSIG = 1


def application() -> Application:
    """Open the counties and build the application; called once in each process."""
    settings = read_settings(os.environ)
    counties = open_counties(settings.data, settings.database_url)
    require_fitting(settings, counties)
    return Application(settings, counties)


def worker_application() -> Application:
    """The same for a worker of ``serve``, which must not outlive it: an orphan would go on answering on the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return application()
