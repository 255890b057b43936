"""What the assistant knows: typed loaders, validation and rendering of data/services, data/faq, data/policy, data/profile.

Imports neither Rasa nor aiohttp: the gateway and the worker both use it.
"""
