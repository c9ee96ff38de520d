"""Kafka's jars: resolved once from the Maven repositories this user is set up for, and kept for every data folder."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from cli.local import folders
from cli.local.process import one_at_a_time
from cli.local.server import LocalServerError

KAFKA = "4.3.1"
LOG4J = "2.25.4"
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{KAFKA}!",
    f"org.apache.kafka:kafka-tools:{KAFKA}!",
    f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J}!",
)
"""The `!` keeps the resolver from mixing in the versions another project manages: with those the broker dies at start."""

WITHOUT = "python -m pip install 'ringback[local]'"


def class_path(announce: Callable[[], None] = lambda: None) -> str:
    """The class path of a broker; `announce` is called before a download (54 MB, about half a minute)."""
    folder = folders.cache() / f"kafka-{KAFKA}"
    if not folder.exists():
        with one_at_a_time(folder.parent):
            if not folder.exists():
                announce()
                _fetch(folder)
    return os.pathsep.join(str(jar) for jar in sorted(folder.glob("**/*.jar")))


def _fetch(folder: Path) -> None:
    draft = folder.with_name(f"{folder.name}.part")
    try:
        _download(draft)
    except (OSError, RuntimeError, ParseError, BadZipFile) as error:
        raise LocalServerError(
            f"Kafka's jars cannot be fetched ({type(error).__name__}: {_short(error)}): check the network, or name a Maven "
            f"repository you can reach under [repositories] in ~/.config/jgo.conf; they are needed once and kept in {folder}"
        ) from error
    draft.rename(folder)


def _download(draft: Path) -> None:
    try:
        from jgo.config import GlobalSettings
        from jgo.constants import MAVEN_CENTRAL_URL
        from jgo.maven import MavenContext
        from jgo.parse import Coordinate
    except ImportError:
        raise LocalServerError(f"the resolver of Kafka's jars (jgo) is not installed: {WITHOUT}") from None
    shutil.rmtree(draft, ignore_errors=True)
    repositories = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    maven = MavenContext(repo_cache=draft, remote_repos=repositories, timeout=60)
    wanted = [maven.create_dependency(replace(Coordinate.parse(text), scope="compile")) for text in COORDINATES]
    direct, further = maven.resolver.resolve(wanted)
    artifacts = [one.artifact for one in [*direct, *further] if one.scope in ("compile", "runtime")]
    with ThreadPoolExecutor(max_workers=8) as pool:
        jars = list(pool.map(maven.resolver.download, artifacts))
    for jar in filter(None, jars):
        _check(jar)


def _check(jar: Path) -> None:
    """The resolver only warns of a wrong checksum."""
    with ZipFile(jar) as opened:
        if broken := opened.testzip():
            raise BadZipFile(f"{broken} in {jar.name} is damaged")


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
