"""The version of this release, said once: packaging, services and telemetry read it here."""

RELEASE = "0.1.0"
