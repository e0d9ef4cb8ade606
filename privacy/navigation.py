"""Menu entries of the protection of personal information: shown to whoever could see a row behind them."""


def register() -> None:
    """Called once at start-up."""
