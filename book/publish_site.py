"""Put the built site on a branch of a git repository, from which static hosts such as GitHub Pages serve it.

python book/publish_site.py [REMOTE] [BRANCH]

The branch holds one commit with the files of ``_build/html`` and nothing else, so it does not grow. The work tree, the
index and the other branches stay as they are.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from build import BUILD, ROOT


def git(*command: str, folder: Path, index: Path) -> str:
    """Run git with a separate index, and return what it prints."""
    environment = os.environ | {"GIT_INDEX_FILE": str(index)}
    done = subprocess.run(["git", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {command[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def publish(site: Path, repository: Path, remote: str = "origin", branch: str = "gh-pages") -> str:
    """Push the files of a folder as the only commit of a branch, and return the commit."""
    if not (site / "index.html").is_file():
        raise SystemExit(f"There is no site in {site}. Run `make book` first.")
    # Without this file, GitHub Pages leaves out folders whose names begin with an underscore.
    (site / ".nojekyll").touch()
    git_dir = f"--git-dir={git('rev-parse', '--absolute-git-dir', folder=repository, index=Path(os.devnull))}"
    with TemporaryDirectory() as temporary:
        index = Path(temporary) / "index"
        git(git_dir, f"--work-tree={site.resolve()}", "add", "--all", "--force", ".", folder=site, index=index)
        tree = git("write-tree", folder=repository, index=index)
        source = git("rev-parse", "--short", "HEAD", folder=repository, index=index)
        commit = git("commit-tree", tree, "-m", f"Site of {source}", folder=repository, index=index)
        git("push", "--quiet", "--force", remote, f"{commit}:refs/heads/{branch}", folder=repository, index=index)
    return commit


if __name__ == "__main__":
    published = publish(BUILD / "html", ROOT, *sys.argv[1:3])
    print(f"Pushed the site as commit {published[:9]}.")
