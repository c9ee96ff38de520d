"""Where a force's own files are: in the folder of its policies, each beside the default it stands in place of."""

from pathlib import Path


def own(folder: Path | None, name: str) -> Path | None:
    """The force's own file of a name; None: the one that ships."""
    file = None if folder is None else folder / f"{name}.toml"
    return file if file is not None and file.exists() else None
