"""Rasa graph components and the plain functions behind them: from a citizen's words to service × aspect."""
