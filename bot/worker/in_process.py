"""Custom actions in process: stands where Rasa expects an action server's endpoint, without a second server."""
from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Dict, Optional, Text

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

import actions


class InProcessActions(EndpointConfig):
    """``request`` runs the action named in the call, as ``rasa run actions`` would over HTTP."""

    def __init__(self) -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        for module in pkgutil.walk_packages(actions.__path__, "actions."):
            importlib.import_module(module.name)  # the executor would end the process without a word at an ImportError
        self._executor.register_package("actions")

    async def request(
        self, method: Text = "post", subpath: Optional[Text] = None, content_type: Optional[Text] = None,
        compress: bool = False, **kwargs: Any,
    ) -> Dict[Text, Any]:
        result = await self._executor.run(kwargs["json"])
        return result or {"events": [], "responses": []}
