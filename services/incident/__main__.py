"""`python -m services.incident`."""

from chassis.process import main
from services.incident.wiring import WIRING

if __name__ == "__main__":
    main(WIRING)
