"""The public process: chat page, chat API, health and metrics. It knows nothing of dialogue and never imports rasa."""
