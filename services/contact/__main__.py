"""`python -m services.contact`: the contact service as one process."""

from chassis.process import main
from services.contact.wiring import WIRING

if __name__ == "__main__":
    main(WIRING)
