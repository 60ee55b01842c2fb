"""The description as a fixture: absent it skips and says so, in CI it fails."""

import pytest

from tests.contract import openapi
from tests.contract.check import required


@pytest.fixture(scope="session")
def description() -> openapi.Contract:
    """Discord's description, where it is present."""
    if not openapi.description_path().exists():
        reason = (
            f"no OpenAPI description at {openapi.description_path()}; BUDDYBOT_TEST_OPENAPI may name another"
        )
        if required():
            pytest.fail(reason)
        pytest.skip(reason)
    return openapi.contract()
