"""The `tidar` command. Each word is one small module here or one management command of an app."""

from __future__ import annotations

import argparse
import os
import sys

DJANGO_WORDS = {
    # word on the command line → management command and what it is for
    "areas": ("areas", "import official boundaries, list or load areas"),
    "feed": ("feed", "adopt feed definitions, list feeds, send a file to a feed"),
    "lake": ("lake", "list lake tables and versions, run one SELECT"),
    "people": ("people", "sign-in links, users, roles"),
    "indicators": ("indicators", "compute and list indicators"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tidar", description="Run a smart city: web, worker, sensors, checks.")
    words = parser.add_subparsers(dest="word", metavar="command", required=True)
    for word, text in (
        ("demo", "serve the region with its demo city; prints one sign-in link for every role"),
        ("serve", "serve the region without demo data"),
    ):
        serve = words.add_parser(word, help=text)
        serve.add_argument("--port", type=int, default=int(os.environ.get("TIDAR_PORT", "8000")))
        serve.add_argument("--host", default=os.environ.get("TIDAR_HOST", "127.0.0.1"))
    checking = words.add_parser("check", help="state every invariant of the stored data and say which hold")
    checking.add_argument("names", nargs="*", metavar="app", help="only of these apps: ledger, spine, lake …")
    for word, (_command, text) in DJANGO_WORDS.items():
        words.add_parser(word, help=text, add_help=False)
    words.add_parser("manage", help="any Django management command", add_help=False)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidar.settings")
    options, rest = _parser().parse_known_args(sys.argv[1:] if argv is None else argv)
    if options.word in DJANGO_WORDS or options.word == "manage":
        from tidar.cli.commands import run_django

        first = [] if options.word == "manage" else [DJANGO_WORDS[options.word][0]]
        return run_django([*first, *rest])
    if rest:
        sys.stderr.write(f"tidar {options.word}: unknown arguments: {' '.join(rest)}\n")
        return 2
    if options.word == "check":
        from tidar.cli.commands import check

        return check(options.names)
    from tidar.cli.serving import serve

    return serve(host=options.host, port=options.port, demo=options.word == "demo")
