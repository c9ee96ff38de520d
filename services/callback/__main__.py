"""`python -m services.callback`: the callback service as one process."""

from chassis.process import main
from services.callback.wiring import WIRING

if __name__ == "__main__":
    main(WIRING)
