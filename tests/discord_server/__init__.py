"""A Discord over real sockets: REST, a gateway, faults on demand, and a way for tests to look into it.

In the test's own process it is `FakeDiscord`; in a process of its own, for a bot that is killed, `Remote`.
"""
