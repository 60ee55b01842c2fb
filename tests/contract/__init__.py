"""The contract with Discord: what the bot sends is checked against the description and the lint list.

A scenario's fixture calls `watch(env, now)` when its simulated Discord is up and `assert_contract(env)`
at its end.
"""

from tests.contract.check import assert_contract, watch

__all__ = ["assert_contract", "watch"]
