"""A notebook run by a kernel inside this very process, which was forked for it: no second start of Python, no sockets.

papermill does everything else.
"""

import gc
import importlib
import os
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import output_from_msg
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

from secretome.rerun.provenance import commit

ENGINE = "inside"
INLINE = "module://matplotlib_inline.backend_inline"
# What every notebook and report comes to import, and so every forked process would again.
FIRST = tuple(
    """
    IPython.core.application IPython.core.completerlib IPython.core.crashhandler IPython.core.logger
    IPython.core.oinspect email.headerregistry fontTools.ttLib.tables.O_S_2f_2 ipykernel.debugger
    ipykernel.inprocess.blocking ipykernel.inprocess.ipkernel ipykernel.inprocess.manager openpyxl.packaging.extended
    pandas.core.methods.to_dict pandas.core.reshape.reshape pandas.io.formats.csvs pandas.io.formats.html
    pandas.io.formats.string PIL.BmpImagePlugin PIL.GifImagePlugin PIL.JpegImagePlugin PIL.PngImagePlugin
    PIL.PpmImagePlugin secretome.report.render matplotlib.backends.backend_agg matplotlib.backends.backend_pdf
    matplotlib.backends.backend_svg fontTools.subset matplotlib_inline.backend_inline psutil tornado.platform.asyncio
    secretome.analysis secretome.claims secretome.power secretome.report.page secretome.audit
    secretome.cohort.simulate
    """.split()
)


class InProcessEngine(Engine):  # type: ignore[misc]
    """An engine of papermill: an IPython kernel in this process runs the cells. For one notebook and no second."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
        """Run every code cell until one fails."""
        from ipykernel.inprocess.manager import InProcessKernelManager

        # As a kernel of its own has it; and no history, which hundreds of processes would write to one file.
        mpl.use(INLINE)
        manager = InProcessKernelManager(kernel_name=kernel_name, config=Config(HistoryManager={"enabled": False}))
        manager.start_kernel()
        client = manager.client()
        client.start_channels()
        nb_man.nb.metadata["language_info"] = manager.kernel.language_info
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            failed = cell.cell_type == "code" and cell.source.strip() and _run(client, cell)
            if failed:
                nb_man.cell_exception(cell, index)
            nb_man.cell_complete(cell, index)
            if failed:
                return


def _run(client: Any, cell: Any) -> bool:
    """Run a cell and keep what it puts out; whether it failed."""
    client.execute(cell.source)
    for message in client.iopub_channel.get_msgs():
        if message["msg_type"] == "execute_input":
            cell.execution_count = message["content"]["execution_count"]
        elif message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            output = output_from_msg(message)
            last = cell.outputs[-1] if cell.outputs else None
            if (
                output.output_type == "stream"
                and last
                and (last.output_type, last.get("name")) == ("stream", output.name)
            ):
                last.text += output.text
            else:
                cell.outputs.append(output)
    return any(output.output_type == "error" for output in cell.outputs)


def warm_up() -> None:
    """Import once what every forked process needs, and let none of them copy it."""
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # no debugger is started, so it need not warn
    for name in FIRST:
        importlib.import_module(name)
    # Both are kept once they have been found: the commit asks git, and the schema of notebooks is compiled.
    commit()
    nbformat.validate(nbformat.v4.new_notebook())
    gc.collect()
    gc.freeze()


def part() -> None:
    """Begin a forked process: what it inherited as chance must not be its siblings' too."""
    np.random.seed()
    # It ends soon, and a collector that wakes up often would touch, and so copy, all that it inherited.
    gc.set_threshold(100_000)
    # A shell there can be one of. Whoever calls this from IPython, or once used it, has another.
    if InteractiveShell.initialized():
        type(InteractiveShell.instance()).clear_instance()
    papermill_engines.register(ENGINE, InProcessEngine)
