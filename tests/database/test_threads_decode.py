"""Two threads may meet a type for the first time at the same moment: a lane's thread and the loop's, or two lanes."""

import subprocess
import sys

TRIES = 2_000

PROGRAM = f"""
import sys, threading, msgspec
from typing import Annotated

sys.setswitchinterval(1e-6)
values = {{f"value_{{n}}": n for n in range(20)}}
body = msgspec.json.encode(values)
for nth in range({TRIES}):
    # Words that must be evaluated give way to the other thread while the type is made out.
    fields = [(name, "Annotated[int, msgspec.Meta(ge=0)]") for name in values]
    fresh = msgspec.defstruct(f"Fresh{{nth}}", fields, namespace={{"__module__": "__main__"}})
    both = threading.Barrier(2)

    def decode():
        both.wait()
        assert msgspec.json.decode(body, type=fresh).value_19 == 19

    threads = [threading.Thread(target=decode) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("held")
"""


def test_a_type_met_by_two_threads_at_once_ends_no_process() -> None:
    """msgspec 0.22 read past an unfinished description there and ended a county's server in its first second."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "held"), done.stderr[-2000:]
