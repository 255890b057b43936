"""Conversation state in Redis: tracker store, lock, exactly-once replies, masking. Key prefix ``gjj:``."""
