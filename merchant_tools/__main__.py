"""``python -m merchant_tools``: what a merchant does with the county's files, without a server."""

import argparse
import sys

from merchant_tools import reconcile


def main(arguments: list[str] | None = None) -> int:
    """Run one of the tools; its answer is the exit code."""
    parser = argparse.ArgumentParser(prog="merchant_tools", description="商户工具 · tools for merchants")
    tools = parser.add_subparsers(required=True, metavar="TOOL")
    tool = tools.add_parser("reconcile", help="核对清算文件 · check the county's clearing file against your own list")
    reconcile.add_arguments(tool)
    tool.set_defaults(run=reconcile.run)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
