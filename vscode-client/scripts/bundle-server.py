"""Puts Meno's server and what it needs into vscode-client/bundled/server.zip, for every Python it supports.

    python vscode-client/scripts/bundle-server.py [--target linux-x64]
    python vscode-client/scripts/bundle-server.py --requirements      what scripts/lock pins for it

Compiled modules carry the Python that they are for in their names, so those of all versions lie side by side
in one folder, and the extension starts the server with whichever Python it finds. It is one file, which the
extension unpacks when it first starts the server. The packages are fetched
once into vscode-client/.wheels, those whose hashes stand in requirements/bundled.txt and no others; then
nothing needs a network. The same sources give the same archive, byte for byte. The model's runtime
(onnxruntime, numpy, tokenizers) is larger than all the rest, and stays out: the extension installs it when a
person says so.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CLIENT = Path(__file__).resolve().parent.parent
ROOT = CLIENT.parent
LOCK = ROOT / "requirements/bundled.txt"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
MODEL_RUNTIME = ("numpy", "onnxruntime", "tokenizers")
BUILD = ("hatchling>=1.27",)
OLDEST = (1980, 1, 1, 0, 0, 0)  # what an archive can tell
# VS Code's names for platforms, and pip's; several, since a wheel may be built for an older system.
PLATFORMS = {
    "linux-x64": ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_28_x86_64"),
    "linux-arm64": ("manylinux_2_17_aarch64", "manylinux2014_aarch64", "manylinux_2_28_aarch64"),
    "darwin-x64": ("macosx_10_12_x86_64", "macosx_10_13_x86_64", "macosx_11_0_x86_64"),
    "darwin-arm64": ("macosx_11_0_arm64",),
    "win32-x64": ("win_amd64",),
}


def this_target() -> str:
    """The platform that this machine is, in VS Code's words."""
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x64"
    return f"{sys.platform}-{machine}"


def requirements() -> list[str]:
    """What the server needs without the model's runtime, as pyproject.toml says it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [need for need in project["dependencies"] if not need.startswith(MODEL_RUNTIME)]


def pip(*arguments: str) -> None:
    """Runs pip quietly; its own words say what went wrong."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    subprocess.run(command, check=True)


def fetch(target: str, wheels: Path) -> None:
    """Downloads the wheels of one platform, unless those of these very requirements are there."""
    wanted = "\n".join([*VERSIONS, *BUILD, LOCK.read_text("utf-8")])
    stamp = wheels / "requirements"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    shutil.rmtree(wheels, ignore_errors=True)
    named = [word for name in PLATFORMS[target] for word in ("--platform", name)]
    for version in VERSIONS:
        only = ("--only-binary", ":all:", "--python-version", version, *named)
        pinned = ("--no-deps", "--require-hashes", "--requirement", str(LOCK))
        pip("download", "--dest", str(wheels / "libs"), *only, *pinned)
    pip("download", "--dest", str(wheels / "build"), *BUILD)
    stamp.write_text(wanted, "utf-8")


def bundle(wheels: Path, bundled: Path) -> None:
    """Puts the server and the wheels of all Pythons into one archive."""
    bundled.parent.mkdir(parents=True, exist_ok=True)
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as work:
        local = ("--no-index", "--find-links", str(wheels / "build"))
        pip("wheel", "--no-deps", *local, "--wheel-dir", work, str(ROOT))
        own = Path(work).glob("*.whl")
        with ZipFile(bundled, "w", ZIP_DEFLATED) as archive:
            for wheel in sorted([*(wheels / "libs").glob("*.whl"), *own]):
                name, version, *_ = wheel.name.split("-")
                if versions.setdefault(name, version) != version:
                    raise RuntimeError(f"Python's versions want {name} {versions[name]} and {version}")
                add(wheel, archive)


def add(wheel: Path, archive: ZipFile) -> None:
    """Puts the modules of a wheel into the archive; its scripts and headers stay out."""
    there = set(archive.namelist())
    with ZipFile(wheel) as packed:
        for name in packed.namelist():
            first, *rest = name.split("/")
            if first.endswith(".data"):
                if rest[0] not in {"purelib", "platlib"}:
                    continue
                rest = rest[1:]
            else:
                rest = [first, *rest]
            if not name.endswith("/") and "/".join(rest) not in there:
                # Without a time of its own each file would carry the moment of this build.
                archive.writestr(ZipInfo("/".join(rest), OLDEST), packed.read(name), ZIP_DEFLATED)


def main() -> int:
    """Bundles for the platform that is named, or for this one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=sorted(PLATFORMS), default=None)
    parser.add_argument("--requirements", action="store_true", help="print what is to be pinned, and end")
    chosen = parser.parse_args()
    if chosen.requirements:
        print("\n".join(requirements()))
        return 0
    target = chosen.target or this_target()
    if target not in PLATFORMS:
        print(f"There are no packages for {target}; name one of {', '.join(PLATFORMS)}.", file=sys.stderr)
        return 2
    wheels = CLIENT / ".wheels" / target
    try:
        fetch(target, wheels)
        bundle(wheels, CLIENT / "bundled/server.zip")
    except subprocess.CalledProcessError as error:
        print(f"The server could not be bundled: pip ended with {error.returncode}.", file=sys.stderr)
        return 1
    except RuntimeError as error:
        print(f"The server could not be bundled: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
