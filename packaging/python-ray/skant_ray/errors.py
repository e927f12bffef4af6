"""Errors that a person has to act on."""

from __future__ import annotations


class RunError(Exception):
    """The run cannot start or go on. ``help`` says what to do next."""

    def __init__(self, message: str, help: str) -> None:
        # Both are arguments, so that Ray can send the error from a node to the driver.
        super().__init__(message, help)
        self.message, self.help = message, help

    def __str__(self) -> str:
        return f"{self.message}\nhelp: {self.help}"


class UnitError(Exception):
    """A try to read a unit failed in a way that a further try may pass."""
