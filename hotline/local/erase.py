"""`python -m hotline.local.erase [--test]`: removes a state folder and its servers' data."""

import shutil
import sys
from pathlib import Path

from hotline.local.embedded import VARIABLES, folder
from hotline.local.keeper import is_kept
from hotline.local.state import data_folder, state_folder


def erase(state: Path) -> list[Path]:
    """Removes what `state` stands for and returns what it removed.

    Raises RuntimeError, with nothing removed, while its servers run.
    """
    if any(folder(service, state).exists() and is_kept(folder(service, state)) for service in VARIABLES):
        raise RuntimeError(f"{state} is in use; stop it first")
    found = [path for path in dict.fromkeys([data_folder(state), state]) if path.exists()]
    for path in found:
        shutil.rmtree(path)
    return found


if __name__ == "__main__":
    for gone in erase(state_folder() / "test" if "--test" in sys.argv else state_folder()):
        print(f"removed {gone}")
