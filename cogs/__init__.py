"""One file a slash-command group: parse, call one service, show."""
