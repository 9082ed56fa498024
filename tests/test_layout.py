"""Who may import whom; what `esc10/__init__.py` promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests.support import ROOT

PACKAGE = ROOT / "esc10"
FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in FILES
}
DOMAIN = [name for name in MODULES if not name.startswith("esc10.ui")]


def imported(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """The names that import statements among the nodes name; of `from a import b`, also a.b."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports here are absolute"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def on_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: not functions, not `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from on_import(node)


def all_imports(module: str) -> set[str]:
    return set(imported(ast.walk(ast.parse(MODULES[module].read_text("utf-8")))))


def eager_imports(module: str) -> set[str]:
    return set(imported(on_import(ast.parse(MODULES[module].read_text("utf-8")))))


def packages(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_the_rules_look_at_the_whole_package() -> None:
    assert {"esc10", "esc10.training.networks", "esc10.datasets.clips", "esc10.ui.server"} <= set(
        MODULES
    )
    assert "streamlit" in packages(all_imports("esc10.ui.server"))
    assert "keras" in packages(all_imports("esc10.training.networks"))


@pytest.mark.parametrize("module", DOMAIN)
def test_the_domain_knows_no_pages(module: str) -> None:
    imports = all_imports(module)
    assert not packages(imports) & {"streamlit", "pages", "app"}
    assert not {name for name in imports if f"{name}.".startswith("esc10.ui.")}


@pytest.mark.parametrize("module", MODULES)
def test_keras_stays_where_it_belongs(module: str) -> None:
    keras = {"keras", "tensorflow"}
    loads_keras = {
        "esc10.training.layers",
        "esc10.training.learner",
        "esc10.training.loop",
        "esc10.inference.classifier",
    }
    if module not in (*loads_keras, "esc10.training.networks"):
        assert not packages(all_imports(module)) & keras
    if module not in loads_keras:
        assert not packages(eager_imports(module)) & keras
        assert not eager_imports(module) & loads_keras


def test_errors_depend_on_nothing_of_ours() -> None:
    assert "esc10" not in packages(all_imports("esc10.errors"))


def test_nothing_here_imports_its_tests() -> None:
    assert not {name for name in MODULES if "tests" in packages(all_imports(name))}


def test_imports_go_round_in_no_circle() -> None:
    graph = {
        module: {
            name
            for name in eager_imports(module) & set(MODULES)
            if name != module and not module.startswith(f"{name}.")
        }
        for module in MODULES
    }
    order = list(TopologicalSorter(graph).static_order())
    assert (
        order.index("esc10.errors")
        < order.index("esc10.runs.run")
        < order.index("esc10.cli.parser")
    )
