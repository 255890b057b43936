"""Runs Rasa's graph node after node. Rasa's own runner hands every run to dask, and formats all its inputs and the whole graph
for a debug line that nobody reads; with four runs a message that is a tenth of the worker's time."""
from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any, Dict, List, Optional, Text, Tuple

from rasa.engine.runner.dask import DaskGraphRunner


class DirectRunner(DaskGraphRunner):
    """The same nodes, inputs and results as stock."""

    def run(self, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None) -> Dict[Text, Any]:
        wanted = targets or self._graph_schema.target_names
        done: Dict[Text, Tuple[Text, Any]] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._order(tuple(wanted)):
            done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
        return {name: done[name][1] for name in wanted}

    def _order(self, targets: Tuple[Text, ...]) -> List[Tuple[Text, List[Text]]]:
        """Nodes that ``targets`` need with the names of their inputs, each after those."""
        known: Dict[Tuple[Text, ...], List[Tuple[Text, List[Text]]]] = self.__dict__.setdefault("_orders", {})
        if targets not in known:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            needs = {name: list(node.needs.values()) for name, node in nodes.items()}
            known[targets] = [(name, needs[name]) for name in TopologicalSorter(needs).static_order() if name in needs]
        return known[targets]
