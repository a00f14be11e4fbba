"""The cache of executed notebooks: never stale, never another's, never more than needed."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, redirect_stdout
from pathlib import Path

import pytest
from jupyter_cache import get_cache
from jupyter_cache.executors.utils import ExecutionResult
from nbformat import NotebookNode
from nbformat.v4 import new_output

import percent_notebooks
import site_builder

ROOT = Path(__file__).parents[2]
HEADER = """# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
"""
CODE = HEADER + '# %%\nfrom pathlib import Path\nprint(Path("value.txt").read_text())\n'


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with two notebooks of equal code, a study each."""
    for name in ("one", "two"):
        folder = tmp_path / "notebooks" / name
        folder.mkdir(parents=True)
        (folder / "analysis.py").write_text(CODE, encoding="utf-8")
        (folder / "value.txt").write_text(f"I am {name}", encoding="utf-8")
        (folder / "protocol.yml").write_text("", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("numpy==1", encoding="utf-8")
    monkeypatch.setattr(percent_notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(site_builder, "ROOT", tmp_path)
    monkeypatch.setattr(site_builder, "BUILD", tmp_path / "_build")
    percent_notebooks._hash.cache_clear()
    return tmp_path


def execute_here(notebook: NotebookNode, folder: Path) -> ExecutionResult:
    """Execute a notebook's code in this process, which starts in no time."""
    with chdir(folder):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                with redirect_stdout(io.StringIO()) as printed:
                    exec(cell.source, {})
                cell.outputs = [new_output("stream", text=printed.getvalue())]
    return ExecutionResult(notebook, str(folder), 0.0)


@pytest.fixture
def without_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is executed anew does not depend on what executes it."""
    monkeypatch.setattr(site_builder, "execute", execute_here)
    monkeypatch.setattr(site_builder, "ProcessPoolExecutor", lambda **_: ThreadPoolExecutor(max_workers=1))


def fill(house: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    """Fill the cache; say how many notebooks were executed, and what each now shows."""
    percent_notebooks._hash.cache_clear()
    paths = sorted(house.glob("notebooks/*/analysis.py"))
    capfd.readouterr()
    assert site_builder.fill_cache(paths) is not None
    executed = capfd.readouterr().err.count("executed")
    cache = get_cache(house / "_build" / ".jupyter_cache")
    shown = {}
    for path in paths:
        _, notebook = cache.merge_match_into_notebook(percent_notebooks.reads(path.read_text(encoding="utf-8"), path))
        shown[path.parent.name] = notebook.cells[-1].outputs[0].text.strip()
    return executed, shown


@pytest.mark.usefixtures("without_kernels")
def test_equal_code_in_two_folders_keeps_its_own_results(house: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert fill(house, capfd) == (2, {"one": "I am one", "two": "I am two"})
    assert fill(house, capfd)[0] == 0
    # A changed cohort executes its own study again, and no other.
    (house / "notebooks" / "two" / "value.txt").write_text("I am changed", encoding="utf-8")
    assert fill(house, capfd) == (1, {"one": "I am one", "two": "I am changed"})
    # A changed lock executes all.
    (house / "requirements.txt").write_text("numpy==2", encoding="utf-8")
    assert fill(house, capfd)[0] == 2


def test_a_failed_notebook_fails_the_build(house: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = house / "notebooks" / "one" / "analysis.py"
    path.write_text(CODE + "1 / 0\n", encoding="utf-8")
    assert site_builder.fill_cache([path]) is None
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_notebook_depends_on_the_modules_it_imports_and_no_others() -> None:
    path = ROOT / "notebooks" / "treg_conditioned_medium" / "analysis.py"
    modules = {file.stem for file in percent_notebooks._modules(path.read_text(encoding="utf-8"))}
    assert {"multiverse", "single", "models", "ranks", "_null_distributions", "reading", "sentences", "page"} <= modules
    assert not {"cli", "rerun", "html", "simulate"} & modules


def test_a_notebook_depends_on_the_data_of_the_packages_it_imports() -> None:
    files = {file.name for file in percent_notebooks._modules("from secretome.report.figures import to_svg\n")}
    assert "dejavu-figures.ttf" in files
    assert not {"shared.css", "rerun.html.jinja"} & files


def test_a_module_that_a_helper_beside_the_notebook_imports_is_depended_on(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house / "notebooks" / "one" / "analysis.py"
    (path.parent / "helper.py").write_text("from secretome.stats import ranks\n", encoding="utf-8")
    source = house / "ranks.py"
    monkeypatch.setattr(percent_notebooks, "_file", lambda module: source if module.endswith(".ranks") else path)
    keys = set()
    for text in ("1", "2"):
        source.write_text(text, encoding="utf-8")
        percent_notebooks._hash.cache_clear()
        keys.add(percent_notebooks.fingerprint(path, CODE))
    assert len(keys) == 2


def test_a_study_that_is_named_is_depended_on() -> None:
    text = HEADER + '# %%\nfrom secretome import load_study\nload_study("treg_conditioned_medium")\n'
    elsewhere = ROOT / "notebooks" / "methods" / "ranks.py"
    named = percent_notebooks.fingerprint(elsewhere, text)
    assert named != percent_notebooks.fingerprint(elsewhere, text.replace("treg_conditioned_medium", "treg"))


def test_warnings_point_at_the_line_of_the_cell() -> None:
    path = ROOT / "notebooks" / "treg_conditioned_medium" / "analysis.py"
    text = path.read_text(encoding="utf-8")
    notebook = percent_notebooks.reads(text, path)
    lines = text.splitlines()
    for start, cell in zip(notebook.metadata["source_map"], notebook.cells, strict=True):
        first = cell.source.splitlines()[0]
        assert lines[start].removeprefix("# ") == first


def test_whatever_a_page_may_read_is_in_its_fingerprint(house: Path) -> None:
    path = house / "notebooks" / "one" / "analysis.py"

    def fingerprint(text: str) -> str:
        percent_notebooks._hash.cache_clear()
        return percent_notebooks.fingerprint(path, text)

    every = CODE + "# study_names\n"
    before, before_every = fingerprint(CODE), fingerprint(every)
    (house / "notebooks" / "two" / "value.txt").write_text("changed", encoding="utf-8")
    assert fingerprint(CODE) == before
    assert fingerprint(every) != before_every
    (path.parent / "helper.py").write_text("x = 1", encoding="utf-8")
    assert fingerprint(CODE) != before


def test_a_page_with_a_magic_depends_on_the_whole_package() -> None:
    files = percent_notebooks._modules("%matplotlib inline\nimport secretome\n")
    parts = {part.removesuffix(".py") for file in files for part in file.parts}
    assert {"cli", "rerun", "multiverse"} <= parts
