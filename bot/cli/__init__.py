"""The launcher's Python half (gateway environment): start and supervise, diagnose, test. Never imports Rasa."""
