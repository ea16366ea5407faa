"""What the stories of the console share."""

from anmin.config.tests.console import run as run
