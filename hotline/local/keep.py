"""`python -m hotline.local.keep SERVICE STATE READY_FD [--test]`: the keeper's process."""

import sys
from pathlib import Path

from hotline.local.embedded import folder
from hotline.local.keeper import keep
from hotline.local.servers import SERVERS


def main(service: str, state: str, ready: str, *rest: str) -> None:
    """Runs until the service has no user left."""
    keep(SERVERS[service](Path(state), test="--test" in rest), folder(service, Path(state)), int(ready))


if __name__ == "__main__":
    main(*sys.argv[1:])
