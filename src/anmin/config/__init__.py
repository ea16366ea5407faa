"""The house: settings, addresses, the worker and the `anmin` command."""
