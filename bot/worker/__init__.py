"""The private process: Rasa agent and custom actions in one, behind a Unix socket. Never reachable from outside."""
