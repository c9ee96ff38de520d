"""`python -m cli.contract_files write|check`, for the Makefile."""

import sys

from cli.contract_files.drift import check_all, write_all
from cli.contract_files.folder import Folder


def main(arguments: list[str]) -> int:
    """0: done, or all is well; 1: it is not, with the reasons; 2: asked for something else."""
    folder = Folder.of_this_checkout()
    match arguments:
        case ["write"]:
            written, faults = write_all(folder)
            lines = [f"wrote {path.relative_to(folder.root)}" for path in written] or ["nothing to write"]
        case ["check"]:
            faults, lines = check_all(folder), ["the contracts are as committed, and compatible with all that came before"]
        case _:
            sys.stderr.write("usage: python -m cli.contract_files write|check\n")
            return 2
    sys.stdout.writelines(f"{line}\n" for line in faults or lines)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
