"""What a feature's use cases are built over."""

from buddybot.services.core.unit_of_work import Planner, Transactions


class Service:
    """Use cases of one feature, over the transactions that they run in."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._now = transactions.now


class PlanningService(Service):
    """Use cases after which a group's meetings and pings may be due otherwise."""

    def __init__(self, transactions: Transactions, planner: Planner) -> None:
        super().__init__(transactions)
        self._planner = planner
