"""The rules of the code's shape, read from the syntax tree: what may import what, who may know the time, how
big a thing may get, and which words have no place here. CONTRIBUTING.md says why each is there.

A rule is a function from a module to sentences about what is wrong with it. Every rule is run over the
project and over snippets that break it, so that none can go blind unnoticed.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "src/sparekey"

# Layer → the layers it may import. A layer may always import itself and the version in `sparekey`.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "core": {"errors"},
    "world": {"core"},
    "settings": {"core", "errors"},
    "factors": {"core", "errors"},
    "recovery": {"core", "errors"},
    "imports": {"core", "errors"},
    "oidc": {"core", "errors"},
    "store": {"core", "errors"},
    "adapters": {"core", "errors"},
    "flows": {"core", "errors", "store", "adapters", "factors", "recovery", "imports", "oidc"},
    "web": {"core", "errors", "flows", "adapters.qr", "adapters.devices"},
    "api": {"core", "errors", "flows"},
    "app": {
        "core", "errors", "world", "settings", "factors", "recovery", "oidc", "store", "adapters",
        "flows", "web", "api", "logs",
    },
    "cli": {"core", "errors", "flows", "app", "settings", "store.migrations"},
    "logs": {"core", "errors"},
    "__main__": {"cli"},
}  # fmt: skip

FILE_LINES, FUNCTION_LINES, FOLDER_FILES, PARAMETERS = 400, 40, 20, 5
# Migrations are history: nobody reads them in pieces.
UNMEASURED = re.compile(rf"{PACKAGE}/store/migrations/|tests/vectors/")

CLOCK_AND_DICE_MODULES = {"random", "secrets", "uuid"}
# What may stay of `time`: waiting, and measuring how long the machine took. Neither decides anything.
HARMLESS_TIME = {"time.sleep", "time.monotonic", "time.perf_counter", "time.process_time"}
CLOCK_AND_DICE_CALLS = re.compile(
    r"(^|\.)(datetime|date|func)\.(now|utcnow|today|current_timestamp)$"
    r"|^os\.(urandom|getrandom)$"
    r"|(^|\.)generate_(private_)?key$"
)

# Nobody can hand in the chance for an RSA key: the library takes none.
ALLOWED_CHANCE = {(f"{PACKAGE}/adapters/signing.py", "rsa.generate_private_key")}

WRONG_WORDS = {
    "a path of one machine": r"(?<![\w.:/*-])/(work|tmp|home|root|Users)/\w",
    "a number of a list that is not here": r"\bR-\d+\b",
    "a document that is not here": r"\b(requirements|decisions|stack|design|brief)\.md\b",
    "how it came about": r"(?i)\b(the (issue|brief|task|prototype) (says|asks|wants)|claude|chatgpt|LLM)\b",
    "something left undone": r"\b(TODO|FIXME|XXX|HACK)\b",
}
TEXT_ENDINGS = {".py", ".md", ".toml", ".html", ".css", ".js", ".po", ".cfg", ".ini", ""}
SELF = "tests/test_architecture.py"


@dataclass(frozen=True)
class Module:
    """One Python file: where it lies (from the project's root, with slashes) and what it says."""

    path: str
    text: str

    @property
    def name(self) -> str:
        """Its dotted name: `sparekey.core.proofs`."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        parts = parts[1:] if parts[0] == "src" else parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def layer(self) -> str:
        """The part of the package it belongs to; empty for the package itself and for tests."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "sparekey" and len(parts) > 1 else ""

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        return _parsed(self.text)


@cache
def _parsed(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(text)))


@cache
def project() -> tuple[Module, ...]:
    """Every Python file of the package and its tests."""
    files = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
    return tuple(Module(file.relative_to(ROOT).as_posix(), file.read_text()) for file in files)


@cache
def known_names() -> frozenset[str]:
    return frozenset(module.name for module in project())


@cache
def factor_kinds() -> frozenset[str]:
    """What the factors call themselves; a factor's file bears its name, or is where the kind is given."""
    kinds = set()
    for module in (each for each in project() if each.layer == "factors"):
        for node in module.nodes:
            if isinstance(node, ast.keyword) and node.arg == "kind" and isinstance(node.value, ast.Constant):
                kinds.add(str(node.value.value))
    return frozenset(kinds) | {"totp"}


def imports(module: Module) -> Iterator[str]:
    """The dotted names a module imports; `from package import module` counts as that module."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.name.split(".")[: -node.level]
                base = ".".join([*package, *([base] if base else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in known_names() else base


def own_imports(module: Module) -> Iterator[str]:
    return (name for name in imports(module) if name.split(".")[0] == "sparekey")


# The rules: from a module to sentences about what is wrong with it.


def imports_upwards(module: Module) -> Iterator[str]:
    if not module.layer:
        return
    if module.layer not in MAY_IMPORT:
        yield f"'{module.layer}' has no place in the table of layers"
        return
    for name in own_imports(module):
        inner = name.removeprefix("sparekey").removeprefix(".")
        allowed = {"", module.layer, *MAY_IMPORT[module.layer]}
        if not any(inner == each or (each and inner.startswith(f"{each}.")) for each in allowed):
            yield f"imports {name}"


def names_a_factor(module: Module) -> Iterator[str]:
    """Outside `factors` everybody reads traits. A form field is called "password" too: only kinds count."""
    if module.layer in ("", "factors"):
        return
    for name in own_imports(module):
        if name.startswith("sparekey.factors."):
            yield f"imports {name} instead of reading the traits of a kind"
    for node in module.nodes:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            sides = [node.value]
        else:
            continue
        words = {each.value for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)}
        about_kind = any(re.search(r"\bkind\b", ast.unparse(side)) for side in sides)
        for kind in factor_kinds() & words:
            if kind != "password" or about_kind:
                yield f"line {sides[0].lineno} compares with the factor '{kind}'"


def knows_time_or_chance(module: Module) -> Iterator[str]:
    if module.layer in ("", "world"):
        return
    imported = set(imports(module))
    for name in sorted(imported & CLOCK_AND_DICE_MODULES):
        yield f"imports {name}, which only world.py may"
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "os"):
            used = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            used = [ast.unparse(node)]
        else:
            continue
        for name in used:
            # A variable may be called time; only the module's functions are meant.
            tells_time = "time" in imported and re.fullmatch(r"time\.\w+", name) and name not in HARMLESS_TIME
            is_allowed = (module.path, name) in ALLOWED_CHANCE
            if tells_time or (CLOCK_AND_DICE_CALLS.search(name) and not is_allowed):
                yield f"line {node.lineno} uses {name}, which only world.py may"


def opens_a_transaction(module: Module) -> Iterator[str]:
    if module.layer in ("", "flows", "store"):
        return
    for node in module.nodes:
        if isinstance(node, ast.Call):
            said = ast.unparse(node.func)
            if re.search(r"(^|\.)(transaction|begin_nested)$|engine\.(begin|connect)$", said):
                yield f"line {node.lineno} calls {said}: only flows open transactions"


def is_too_big(module: Module) -> Iterator[str]:
    if UNMEASURED.match(module.path):
        return
    lines = len(module.text.splitlines())
    if lines > FILE_LINES:
        yield f"has {lines} lines, more than {FILE_LINES}"
    for function in functions(module):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES:
            yield f"{function.name} has {length} lines, more than {FUNCTION_LINES}"
        count = 0 if _is_called_by_a_framework(function) else len(parameters(function))
        if count > PARAMETERS and not function.name.startswith("test_"):  # fixtures are asked for by name
            yield f"{function.name} has {count} parameters, more than {PARAMETERS}: make a value of them"


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in module.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    spec = function.args
    names = [each.arg for each in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


def _is_called_by_a_framework(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """pytest hands a test its fixtures, click a command its options: no caller has to count them."""
    decorators = " ".join(ast.unparse(each) for each in function.decorator_list)
    return (
        function.name.startswith("test_")
        or re.search(r"\.(option|argument|fixture|given)\b", decorators) is not None
    )


def says_a_wrong_word(module: Module) -> Iterator[str]:
    """Works on any text, not only Python."""
    if module.path == SELF:
        return
    for what, pattern in WRONG_WORDS.items():
        for match in re.finditer(pattern, module.text):
            line = module.text.count("\n", 0, match.start()) + 1
            yield f"line {line} names {what}: {match.group()}"


RULES: tuple[Callable[[Module], Iterator[str]], ...] = (
    imports_upwards,
    names_a_factor,
    knows_time_or_chance,
    opens_a_transaction,
    is_too_big,
)


def cycle(modules: tuple[Module, ...]) -> list[str]:
    """One import cycle among the modules, if there is any."""
    names = {module.name for module in modules}
    graph = {module.name: {name for name in own_imports(module) if name in names} for module in modules}
    try:
        TopologicalSorter({name: found - {name} for name, found in graph.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def texts() -> Iterator[Module]:
    """Everything people read: the project's own files, not what tools made or others wrote."""
    folders = [ROOT / name for name in ("src", "tests", "docs", ".ci")]
    files = [*(file for folder in folders for file in folder.rglob("*")), *ROOT.glob("*")]
    for file in sorted(files):
        own = "__pycache__" not in file.parts and file.name not in ("LICENSE", ".coverage")
        if file.is_file() and own and file.suffix in TEXT_ENDINGS:
            yield Module(file.relative_to(ROOT).as_posix(), file.read_text())


def nothing_in(findings: list[str]) -> None:
    assert not findings, "\n" + "\n".join(findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks(rule: Callable[[Module], Iterator[str]]) -> None:
    nothing_in([f"{module.path}: {found}" for module in project() for found in rule(module)])


def test_no_import_cycle() -> None:
    nothing_in(cycle(project()))


def test_no_folder_holds_too_many_files() -> None:
    folders = {str(PurePosixPath(module.path).parent) for module in project()}
    measured = [folder for folder in folders if not UNMEASURED.match(f"{folder}/")]
    files = {folder: len(list((ROOT / folder).glob("*.py"))) for folder in measured}
    nothing_in([f"{folder}: {count} files" for folder, count in files.items() if count > FOLDER_FILES])


def test_no_text_says_a_wrong_word() -> None:
    nothing_in([f"{text.path}: {found}" for text in texts() for found in says_a_wrong_word(text)])


def test_no_template_decides_by_the_kind_of_a_factor() -> None:
    pages = [
        text for text in texts() if text.path.startswith(f"{PACKAGE}/web/") and text.path.endswith(".html")
    ]
    compared = re.compile(rf"\bkind\s*(==|!=|in\b)[^%]*['\"]({'|'.join(sorted(factor_kinds()))})['\"]")
    nothing_in([page.path for page in pages if compared.search(page.text)])


def module(place: str, text: str) -> Module:
    return Module(f"{PACKAGE}/{place}", text)


BROKEN = [
    (imports_upwards, module("core/a.py", "from sparekey.store import people")),
    (imports_upwards, module("core/a.py", "from ..flows import sign_in")),
    (imports_upwards, module("web/a.py", "def page():\n    import sparekey.store.people")),
    (imports_upwards, module("cli/a.py", "from sparekey.store.engine import connect")),
    (imports_upwards, module("store/a.py", "from sparekey.adapters import sealing")),
    (imports_upwards, module("flows/a.py", "from sparekey.world import RealWorld")),
    (imports_upwards, module("helpers/a.py", "")),
    (names_a_factor, module("flows/a.py", "from sparekey.factors.totp import Totp")),
    (names_a_factor, module("flows/a.py", "from sparekey.factors import totp")),
    (names_a_factor, module("core/a.py", "is_app = way.kind == 'totp'")),
    (names_a_factor, module("web/a.py", "is_app = name in ('totp', 'other')")),
    (names_a_factor, module("web/a.py", "is_password = 'password' == way.kind")),
    (names_a_factor, module("core/a.py", "match way:\n    case 'totp':\n        pass")),
    (knows_time_or_chance, module("core/a.py", "import secrets")),
    (knows_time_or_chance, module("core/a.py", "from random import choice")),
    (knows_time_or_chance, module("core/a.py", "import time\nnow = time.time()")),
    (knows_time_or_chance, module("core/a.py", "from time import time_ns")),
    (knows_time_or_chance, module("core/a.py", "from os import urandom")),
    (knows_time_or_chance, module("core/a.py", "import datetime\nnow = datetime.datetime.now()")),
    (knows_time_or_chance, module("store/a.py", "row = table.insert().values(at=func.now())")),
    (knows_time_or_chance, module("adapters/a.py", "key = AESGCM.generate_key(256)")),
    (knows_time_or_chance, module("adapters/a.py", "key = rsa.generate_private_key(65537, 2048)")),
    (opens_a_transaction, module("web/a.py", "with context.store.transaction() as work:\n    pass")),
    (opens_a_transaction, module("cli/a.py", "with engine.begin() as connection:\n    pass")),
    (is_too_big, module("core/a.py", "a = 1\n" * 401)),
    (is_too_big, module("core/a.py", "def a():\n" + "    pass\n" * 40)),
    (is_too_big, module("core/a.py", "class A:\n    def a(self, b, c, d, e, f, *, g): ...")),
    (says_a_wrong_word, module("core/a.py", "# see /home" + "/anna/notes")),
    (says_a_wrong_word, module("core/a.py", "# see R-" + "12")),
    (says_a_wrong_word, module("core/a.py", "# TO" + "DO: later")),
]


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_finds_what_breaks(rule: Callable[[Module], Iterator[str]], broken: Module) -> None:
    assert 1 == len(list(rule(broken)))


FINE = [
    (
        imports_upwards,
        module("flows/a.py", "from sparekey import __version__\nfrom sparekey.store import people"),
    ),
    (imports_upwards, module("cli/a.py", "from sparekey.store.migrations import upgrade")),
    (
        names_a_factor,
        module("flows/a.py", "from sparekey.factors import BY_KIND\nfound = field == 'password'"),
    ),
    (
        knows_time_or_chance,
        module("flows/a.py", "import time\ntime.sleep(1)\nat = moment.at\nb = clock.now()"),
    ),
    (knows_time_or_chance, module("core/a.py", "from datetime import datetime, time\nhour = time.min")),
    (knows_time_or_chance, module("adapters/signing.py", "key = rsa.generate_private_key(65537, 2048)")),
    (opens_a_transaction, module("flows/a.py", "with store.transaction() as work:\n    pass")),
    (opens_a_transaction, module("web/a.py", "sign_in.begin(visitor)")),
    (is_too_big, module("cli/a.py", "@click.option('--a')\ndef a(b, c, d, e, f, g): ...")),
    (is_too_big, module("store/migrations/a.py", "a = 1\n" * 401)),
]


@pytest.mark.parametrize(("rule", "fine"), FINE, ids=lambda value: getattr(value, "__name__", None))
def test_leaves_in_peace_what_is_fine(rule: Callable[[Module], Iterator[str]], fine: Module) -> None:
    assert [] == list(rule(fine))


def test_finds_a_cycle() -> None:
    one, other = (
        module("core/people.py", "import sparekey.core.proofs"),
        module("core/proofs.py", "from . import people"),
    )
    assert {"sparekey.core.people", "sparekey.core.proofs"} == set(cycle((one, other)))
