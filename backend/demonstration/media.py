"""Draw the demonstration county's pictures into its media folder, on every core there is, while other things go on."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.logo import write_logo
from backend.demonstration.pictures import Picture, pictures, render


class Drawing:
    """Pictures under way; ``wait`` yields after each one that is done."""

    def __init__(self, futures: list[Future[int]]) -> None:
        self._futures = futures

    @property
    def total(self) -> int:
        """How many pictures there are."""
        return len(self._futures)

    def wait(self) -> Iterator[int]:
        """How many are done, after each; raises what a drawing raised."""
        for done, future in enumerate(as_completed(self._futures), 1):
            future.result()
            yield done


@contextmanager
def drawing(county: DemonstrationCounty, folder: Path) -> Iterator[Drawing]:
    """Begin to draw; leaving early lets nothing new begin."""
    folder.mkdir(parents=True, exist_ok=True)
    write_logo(folder)
    # Spawned, not forked: the process that asks has threads and open databases.
    spawned = multiprocessing.get_context("spawn")
    workers = min(8, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=spawned, initializer=end_with_parent) as pool:
        try:
            yield Drawing([pool.submit(draw_into, folder, picture) for picture in pictures(county)])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def end_with_parent() -> None:
    """Let this process not outlive the one that asked for pictures, however that one ends.

    The pool's workers hold both ends of their own queue, so that a killed parent never looks like an end to them.
    """
    threading.Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # The end of a pipe that the parent alone holds open: no polling, and no race with its death.
        os._exit(1)


def draw_into(folder: Path, picture: Picture) -> int:
    """Draw one picture in every width; returns how many files were written. What is there already stays."""
    written = 0
    for rendition in render(picture):
        target = folder / rendition.name
        fresh = target.with_suffix(".new")
        fresh.write_bytes(rendition.data)
        fresh.replace(target)  # A reader finds a whole picture or none.
        written += 1
    return written
