"""Which of the tools is asked for? ``python -m merchant_tools COMMAND …``."""

import sys
from collections.abc import Callable, Mapping

from merchant_tools import draw

COMMANDS: Mapping[str, Callable[[list[str]], int]] = {"draw": draw.run}


def main(arguments: list[str]) -> int:
    """Run the command; an unknown one is told what there is."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"python -m merchant_tools {'|'.join(COMMANDS)} …", file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
