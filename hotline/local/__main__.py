"""`python -m hotline.local [--test] -- CMD…`: runs CMD with a database and Redis at hand."""

import argparse
import subprocess
import sys

from hotline.local.embedded import running
from hotline.local.keeper import NotStarted
from hotline.local.state import state_folder


def main(arguments: list[str]) -> int:
    """Returns the command's exit code; 128 + n when signal n ended it."""
    parser = argparse.ArgumentParser(prog="python -m hotline.local", description=__doc__)
    parser.add_argument("--test", action="store_true", help="own, fast and forgetful servers for tests")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD…")
    options = parser.parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("no command")
    state = state_folder() / "test" if options.test else state_folder()
    try:
        with running(state, test=options.test) as environment:
            child = subprocess.Popen(command, env=environment)
            code = _wait(child)
    except NotStarted as failure:
        print(failure, file=sys.stderr)
        return 1
    return code if code >= 0 else 128 - code


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Ctrl-C reaches the child too, as it shares our terminal: we only wait for its end."""
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
