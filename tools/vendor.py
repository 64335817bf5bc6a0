#!/usr/bin/env python3
"""The files of others that we ship under static/vendor/. Users never run this: its output is committed.

    python tools/vendor.py update   for a maintainer with npm: fetch every pinned package, verify, unpack
    python tools/vendor.py check    offline, in `make lint`: every file is the one that was recorded

vendor.lock.json holds for each npm package its version, licence, the sha512 npm published for the whole
archive (`integrity`), the files taken from it (`files`: path in the archive -> path here) and the sha256
of each file as committed. To move to a new version: change `version`, empty `integrity`, run `update`,
compare the new integrity with `npm view PACKAGE@VERSION dist.integrity`, commit.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "vendor.lock.json"
OUT = ROOT / "static" / "vendor"

SPRITE_SOURCE = "package/dist/tabler-sprite.svg"
SPRITE_TARGET = "icons/icons.svg"


def sha256(content: bytes) -> str:
    """The fingerprint by which a committed file is known."""
    return hashlib.sha256(content).hexdigest()


def without_source_maps(path: str, content: bytes) -> bytes:
    """Hashed file names (ManifestStaticFilesStorage) stop at a source map that is not there."""
    if path.endswith(".css"):
        return re.sub(rb"\s*/\*# ?sourceMappingURL=.*?\*/", b"", content)
    if path.endswith(".js"):
        return re.sub(rb"(?m)^//# ?sourceMappingURL=.*$", b"", content)
    return content


def fetch(package: str, version: str, folder: Path) -> bytes:
    """The archive as npm serves it; no script of it runs."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", f"{package}@{version}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return (folder / packed.stdout.split()[-1]).read_bytes()


def sprite(source: str, names: list[str]) -> bytes:
    """The named symbols alone (the whole sprite weighs 2 MB), under their plain names."""
    symbols = []
    for name in sorted(names):
        found = re.search(rf'<symbol id="tabler-{re.escape(name)}"[^>]*>.*?</symbol>', source, re.DOTALL)
        if found is None:
            sys.exit(f"the sprite has no icon named {name}")
        symbols.append(found.group(0).replace('id="tabler-', 'id="', 1))
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def unpack(archive: Path, pin: dict) -> dict[str, bytes]:
    """Our paths and what belongs there."""
    with tarfile.open(archive) as tar:

        def read(name: str) -> bytes:
            member = tar.extractfile(name)
            if member is None:
                sys.exit(f"{archive.name}: no file {name}")
            return member.read()

        items = {
            ours: without_source_maps(ours, read(f"package/{theirs}"))
            for theirs, ours in pin["files"].items()
        }
        if "sprite" in pin:
            items[SPRITE_TARGET] = sprite(read(SPRITE_SOURCE).decode(), pin["sprite"])
    return items


def update() -> None:
    """Rebuild static/vendor and the recorded fingerprints from the pinned packages."""
    lock = json.loads(LOCK.read_text())
    for package, pin in lock.items():
        with tempfile.TemporaryDirectory() as folder:
            raw = fetch(package, pin["version"], Path(folder))
            integrity = "sha512-" + base64.b64encode(hashlib.sha512(raw).digest()).decode()
            if pin["integrity"] and pin["integrity"] != integrity:
                sys.exit(f"{package}: integrity is {integrity}, not the recorded {pin['integrity']}")
            archive = Path(folder) / "package.tgz"
            archive.write_bytes(raw)
            items = unpack(archive, pin)
        pin["integrity"] = integrity
        pin["sha256"] = {}
        for path, content in sorted(items.items()):
            target = OUT / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            pin["sha256"][path] = sha256(content)
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
    print("vendor updated")


def drift() -> list[str]:
    """What differs from the record: changed, missing or unrecorded files. Empty when all is well."""
    lock = json.loads(LOCK.read_text())
    recorded = {path: digest for pin in lock.values() for path, digest in pin["sha256"].items()}
    present = {path.relative_to(OUT).as_posix() for path in OUT.rglob("*") if path.is_file()}
    found = [f"unrecorded: {path}" for path in sorted(present - recorded.keys())]
    for path, digest in recorded.items():
        if path not in present:
            found.append(f"missing: {path}")
        elif sha256((OUT / path).read_bytes()) != digest:
            found.append(f"changed: {path}")
    return found


def check() -> None:
    """Exit with 1 and say what differs."""
    found = drift()
    if found:
        sys.exit("static/vendor is not what vendor.lock.json records\n" + "\n".join(found))
    print("vendor ok")


if __name__ == "__main__":
    commands = {"update": update, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()
