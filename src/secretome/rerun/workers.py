"""An engine of papermill that runs a notebook in a forked process, which need not start Python or open sockets."""

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

ENGINE = "in-process"
INLINE = "module://matplotlib_inline.backend_inline"
# Modules that every notebook and report imports; they are imported once, before the processes are forked.
PRELOADED = tuple(
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
    """An engine of papermill that runs cells in an IPython kernel in this process; it can run only one notebook."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
        """Run every code cell until one fails."""
        from ipykernel.inprocess.manager import InProcessKernelManager

        # The backend of an ordinary kernel. No history, because hundreds of processes would write to one file.
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
    """Run a cell and store its outputs; return whether it failed."""
    client.execute(cell.source)
    for message in client.iopub_channel.get_msgs():
        if message["msg_type"] == "execute_input":
            cell.execution_count = message["content"]["execution_count"]
        elif message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            output = output_from_msg(message)
            last = cell.outputs[-1] if cell.outputs else None
            if last and output.output_type == "stream" and last.get("name") == output.name:
                last.text += output.text
            else:
                cell.outputs.append(output)
    return any(output.output_type == "error" for output in cell.outputs)


def warm_up() -> None:
    """Import the modules that every forked process needs, so that the processes share their memory."""
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # No debugger is used.
    for name in PRELOADED:
        importlib.import_module(name)
    # Both cache their results: the commit is read from git, and the schema of notebooks is compiled.
    commit()
    nbformat.validate(nbformat.v4.new_notebook())
    gc.collect()
    gc.freeze()


def init_worker() -> None:
    """Initialise a forked process. It needs random numbers that differ from those of other forked processes."""
    np.random.seed()
    # The process is short, and frequent garbage collection would copy the memory that it shares.
    gc.set_threshold(100_000)
    # There can be only one shell in a process, and the parent process may have had one.
    if InteractiveShell.initialized():
        type(InteractiveShell.instance()).clear_instance()
    papermill_engines.register(ENGINE, InProcessEngine)
