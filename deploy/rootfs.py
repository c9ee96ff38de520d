"""Copies an environment and exactly what its Python needs into an empty root: the image has no shell because none is copied.

Usage: rootfs.py ENVIRONMENT TARGET
"""

import compileall
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

NOT_AT_RUN_TIME = ("__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "config-*", "*.a")
UNUSED = ("geodata", "carrierdata", "activate*", "Activate.ps1")
"""Of phonenumbers only parsing is used; its places and carriers are two thirds of it."""
USER = 65532
FILES = {
    "etc/passwd": f"root:x:0:0:root:/root:/sbin/nologin\nringback:x:{USER}:{USER}:ringback:/var/lib/ringback:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nringback:x:{USER}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
WHERE_LIBRARIES_ARE = Path("/etc/ld.so.cache")
RESOLVERS = ("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2")


def libraries(files: Iterable[Path]) -> set[Path]:
    """The shared libraries outside their own folder that these need, the loader included, as the linker finds them."""
    told = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False).stdout
    words = (word for line in told.splitlines() for word in line.split())
    return {Path(word) for word in words if word.startswith("/") and not word.endswith(":") and Path(word).is_file()}


def copy_file(source: Path, target: Path) -> None:
    """Copy under the same path, contents and not links: two names of a library become two files at worst."""
    place = target / source.relative_to("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, place)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder under the same path without what is only for development."""
    shutil.copytree(
        source,
        target / source.relative_to("/"),
        symlinks=True,
        ignore=shutil.ignore_patterns(*NOT_AT_RUN_TIME, *UNUSED),
        dirs_exist_ok=True,
    )


def build(environment: Path, target: Path) -> None:
    """Fill the target."""
    python, stdlib = Path(sys.executable).resolve(), Path(sysconfig.get_path("stdlib"))
    copy_tree(stdlib, target)
    shutil.rmtree(target / stdlib.relative_to("/") / "site-packages", ignore_errors=True)
    shutil.rmtree(target / stdlib.relative_to("/") / "dist-packages", ignore_errors=True)
    copy_tree(environment, target)
    copy_file(python, target)
    copy_file(CERTIFICATES, target)
    copy_file(WHERE_LIBRARIES_ARE, target)
    linked = [python, *stdlib.rglob("*.so"), *environment.rglob("*.so*")]
    found = libraries(linked)
    folder = next(library.parent for library in found if library.name.startswith("libc.so"))
    for library in sorted({*found, *(folder / name for name in RESOLVERS)}):
        if not library.is_relative_to(environment):
            copy_file(library, target)
    finish(environment, target)


def finish(environment: Path, target: Path) -> None:
    """Links to the interpreter, users, writable places, and byte code that needs no write at run time."""
    for name in ("python", "python3"):
        link = target / environment.relative_to("/") / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(Path(sys.executable).resolve())
    for name, content in FILES.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(content)
    for writable in ("tmp", "var/lib/ringback/data"):
        (target / writable).mkdir(parents=True)
        shutil.chown(target / writable, USER, USER)
    compileall.compile_dir(
        target,
        stripdir=target,
        prependdir="/",
        quiet=2,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
    )


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
