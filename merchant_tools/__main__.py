"""``python -m merchant_tools``: what merchants, and whoever checks the county, do with its files, without a server."""

import argparse
import sys
from collections.abc import Callable, Mapping

from merchant_tools import draw, reconcile, till_command


def run_reconcile(arguments: list[str]) -> int:
    """Check the county's clearing file against one's own list."""
    parser = argparse.ArgumentParser(
        prog="merchant_tools reconcile",
        description="核对清算文件 · check the county's clearing file against your own list",
    )
    reconcile.add_arguments(parser)
    return reconcile.run(parser.parse_args(arguments))


TOOLS: Mapping[str, Callable[[list[str]], int]] = {
    "draw": draw.run,
    "reconcile": run_reconcile,
    "till": till_command.run,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one of the tools; its answer is the exit code, and an unknown one is told what there is."""
    told = sys.argv[1:] if arguments is None else arguments
    if not told or told[0] not in TOOLS:
        print(f"python -m merchant_tools {'|'.join(TOOLS)} …", file=sys.stderr)
        return 2
    return TOOLS[told[0]](told[1:])


if __name__ == "__main__":
    sys.exit(main())
