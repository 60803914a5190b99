"""What `make soak` adds to the tests of every day: full size, and faults whose parts have faster tests of their own."""

import os

import pytest

SOAK = os.environ.get("QUXIANG_SOAK") == "1"

only_in_soak = pytest.mark.skipif(not SOAK, reason="takes long: part of `make soak`")
