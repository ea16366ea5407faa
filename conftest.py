"""The house in which every test runs: a temporary home, fixed keys, a fast password hasher."""

import os
import tempfile

os.environ["ANMIN_HOME"] = tempfile.mkdtemp(prefix="anmin-test-")
os.environ.setdefault("ANMIN_SECRET_KEY", "a secret that only the tests know, forty long")
