"""A mutation run on the pure core: break one thing in the code, and see whether a test notices.

Each mutant is one small change to one file of `src/sparekey/core`, made in the syntax tree. It is run
against `tests/core` in a process of its own, in a temporary copy, with a time limit. What no test notices
survives and is printed: either a test is missing, or the change makes no difference and stands in
`EQUIVALENT` with a reason.

    PYTHONPATH=src python -m tests.mutation [--all] [module ...]

Without --all a sample is tried: always the same one for the same code, chosen by hash.
"""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
CORE = Path("src/sparekey/core")
COPIED = ("pyproject.toml", "docs/recovery-case.md", "src/sparekey/__init__.py", "src/sparekey/errors.py")
TIME_LIMIT = 90
WORKERS = 2
SAMPLE = 400

EQUIVALENT = {
    "people: LONGEST_TYPED = 2000 [2000 to 2001]": "any number well above the longest address does",
    "proofs: sum_of_all.aal is Aal.AAL2 [without operand 1]": "aal2 always has a time; the type does not say so",
    "throttle: doublings = min(failures - FREE - 1, 7)  # the seventh already reaches the longest; more would"
    " overflow [7 to 8]": "both are above the longest wait",
}
"""What a mutant is called, and why it is the same program."""

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
UNTOUCHED_CALLS = {"NewType", "TypeVar"}


@dataclass(frozen=True)
class Mutant:
    """One change: where it is and what it is. `node` and `change` number the node and what is done to it."""

    module: str
    line: int
    name: str
    node: int
    change: int


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of one file, in the order of the file."""
    text = path.read_text()
    lines = text.splitlines()
    tree = ast.parse(text)
    untouched = set(_untouched(tree))
    seen: set[str] = set()
    for number, node in enumerate(ast.walk(tree)):
        for change, (what, _) in enumerate([] if node in untouched else _changes(node)):
            line = getattr(node, "lineno", 0)
            name = f"{path.stem}: {lines[line - 1].strip()} [{what}]"
            # A second change of the same kind on one line gets a number, so that names stay apart.
            while name in seen:
                name += "'"
            seen.add(name)
            yield Mutant(path.stem, line, name, number, change)


def _untouched(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, annotations and names of types: changing them changes nothing that runs."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts = [node.value]
        elif isinstance(node, ast.AnnAssign | ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns]
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in UNTOUCHED_CALLS
        ):
            parts = [node]
        for part in parts:
            yield from ast.walk(part) if part else ()


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What can be broken in one node: a few words, and the node as it would be."""
    yield from _other_operators(node)
    yield from _other_flow(node)
    yield from _other_values(node)


def _other_operators(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=others):
            for other in COMPARED[type(op)]:
                yield f"{type(op).__name__} to {other.__name__}", ast.Compare(left, [other()], others)
        case ast.BoolOp(op=op, values=values):
            other_op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"{type(op).__name__} to {type(other_op).__name__}", ast.BoolOp(other_op, values)
            for place in range(len(values)):
                rest = values[:place] + values[place + 1 :]
                yield f"without operand {place}", ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in CALCULATED:
            other_operator = CALCULATED[type(op)]
            what = f"{type(op).__name__} to {other_operator.__name__}"
            yield what, ast.BinOp(left, other_operator(), right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "without not", operand


def _other_flow(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "branches swapped", ast.IfExp(test, orelse, body)
        case ast.If(test=test, body=statements, orelse=others) if not isinstance(test, ast.Constant):
            yield "never", ast.If(ast.Constant(False), statements, others)
            yield "always", ast.If(ast.Constant(True), statements, others)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield "returns None", ast.Return(ast.Constant(None))
        case ast.Raise():
            yield "raises nothing", ast.Pass()


def _other_values(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            for place, keyword in enumerate(keywords):
                if isinstance(func, ast.Name) and func.id == "replace" and keyword.arg:
                    fewer = keywords[:place] + keywords[place + 1 :]
                    yield f"without {keyword.arg}", ast.Call(func, args, fewer)
        case ast.Constant(value=bool() as truth):
            yield f"{truth} to {not truth}", ast.Constant(not truth)
        case ast.Constant(value=int() as number):
            yield f"{number} to {number + 1}", ast.Constant(number + 1)
        case ast.Constant(value=str() as text):
            yield f"{text!r} changed", ast.Constant(f"X{text}")


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def broken(whole: str, mutant: Mutant) -> str:
    """The text of a file with this one change in it."""
    tree = ast.parse(whole)
    target = list(ast.walk(tree))[mutant.node]
    _, changed = list(_changes(target))[mutant.change]

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return changed if node is target else super().generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Replace().visit(tree)))


def choose(mutants: Sequence[Mutant], count: int) -> list[Mutant]:
    """The same sample for the same code, spread over all files by chance."""
    return sorted(mutants, key=lambda mutant: hashlib.sha256(mutant.name.encode()).digest())[:count]


def copy_project(to: Path) -> None:
    """What a run of `tests/core` needs, and nothing of what has a layer above."""
    for name in COPIED:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to / name)
    shutil.copytree(ROOT / CORE, to / CORE, ignore=shutil.ignore_patterns("__pycache__"))
    ignored = shutil.ignore_patterns("__pycache__", "test_mutation.py")
    shutil.copytree(ROOT / "tests" / "core", to / "tests" / "core", ignore=ignored)
    shutil.copy(ROOT / "tests" / "strategies.py", to / "tests" / "strategies.py")


def is_killed(folder: Path, module: str) -> bool:
    """Does a test fail, or never end, in this copy? Mostly one of the module's own, so they come first."""
    own = sorted(str(path) for path in (folder / "tests/core").glob(f"test_{module}*.py"))
    return (bool(own) and not passes(folder, own)) or not passes(folder, ["tests/core"])


def passes(folder: Path, tests: Sequence[str]) -> bool:
    """Run these tests in this copy, with the one plug-in they need: starting is half of the time."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
    command += ["-p", "_hypothesis_pytestplugin", "--hypothesis-profile=few"]
    settings = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # a file changed twice in one second would be taken for unchanged
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": "src",
    }
    run = partial(
        subprocess.run, cwd=folder, env={**os.environ, **settings}, capture_output=True, check=False
    )
    try:
        return run([*command, *tests], timeout=TIME_LIMIT).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def survivors_of(mutants: Sequence[Mutant]) -> list[Mutant]:
    """Try every mutant, a few at a time; each worker has a copy of its own."""
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(WORKERS):
            copy_project(Path(folder, str(number)))
            copies.put(Path(folder, str(number)))
        if is_killed(Path(folder, "0"), "nothing"):
            raise RuntimeError("tests/core fails before anything is changed")

        def survives(mutant: Mutant) -> bool:
            place = copies.get()
            file = place / CORE / f"{mutant.module}.py"
            whole = file.read_text()
            try:
                file.write_text(broken(whole, mutant))
                return not is_killed(place, mutant.module)
            finally:
                file.write_text(whole)
                copies.put(place)

        with ThreadPoolExecutor(WORKERS) as pool:
            verdicts = pool.map(survives, mutants)
            return [mutant for mutant, lives in zip(mutants, verdicts, strict=True) if lives]


def all_mutants(modules: Sequence[str] = ()) -> list[Mutant]:
    files = sorted((ROOT / CORE).glob("*.py"))
    chosen = [path for path in files if not modules or path.stem in modules]
    return [mutant for path in chosen for mutant in mutants_of(path) if mutant.name not in EQUIVALENT]


def report(tried: Sequence[Mutant], survivors: Sequence[Mutant]) -> float:
    """Print who survived; returns the share of those that a test noticed."""
    for mutant in sorted(survivors, key=lambda one: (one.module, one.line)):
        print(f"survived  line {mutant.line:4}  {mutant.name}")
    score = 1 - len(survivors) / len(tried) if tried else 1.0
    print(f"{len(tried) - len(survivors)} of {len(tried)} mutants noticed: {score:.1%}")
    return score


def main(arguments: Sequence[str]) -> None:
    mutants = all_mutants([word for word in arguments if word != "--all"])
    tried = mutants if "--all" in arguments else choose(mutants, SAMPLE)
    report(tried, survivors_of(tried))


if __name__ == "__main__":
    main(sys.argv[1:])
