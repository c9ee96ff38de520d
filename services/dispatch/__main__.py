"""`python -m services.dispatch`."""

from chassis.process import main
from services.dispatch.wiring import WIRING

if __name__ == "__main__":
    main(WIRING)
