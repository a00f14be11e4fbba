"""The site on a branch of a repository: all its files, one commit, and nothing else is changed."""

import subprocess
from pathlib import Path

import pytest

from publish_site import publish

AUTHOR = ("-c", "user.name=Anna", "-c", "user.email=anna@example.org")


def git(folder: Path, *command: str) -> str:
    return subprocess.run(
        ["git", *AUTHOR, *command], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, an ignored site, and a bare repository as its remote."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Anna")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "anna@example.org")
    work, site = tmp_path / "work", tmp_path / "work" / "_build" / "html"
    (site / "_static").mkdir(parents=True)
    (site / "index.html").write_text("<p>first</p>", encoding="utf-8")
    (site / "_static" / "book.css").write_text("p {}", encoding="utf-8")
    (work / ".gitignore").write_text("_build/\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--bare", "host.git")
    git(work, "init", "--quiet")
    git(work, "add", ".")
    git(work, "commit", "--quiet", "-m", "Start")
    git(work, "remote", "add", "origin", str(tmp_path / "host.git"))
    return work


def test_the_branch_holds_the_site_and_one_commit(repository: Path) -> None:
    site, host = repository / "_build" / "html", repository.parent / "host.git"
    head = git(repository, "rev-parse", "HEAD")
    publish(site, repository)
    (site / "index.html").write_text("<p>second</p>", encoding="utf-8")
    commit = publish(site, repository)
    assert git(host, "rev-parse", "gh-pages") == commit
    assert git(host, "rev-list", "--count", "gh-pages") == "1"
    assert git(host, "ls-tree", "-r", "--name-only", "gh-pages").split() == [
        ".nojekyll",
        "_static/book.css",
        "index.html",
    ]
    assert git(host, "show", "gh-pages:index.html") == "<p>second</p>"
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "rev-parse", "HEAD") == head


def test_without_a_site_or_a_host_nothing_is_pushed(repository: Path) -> None:
    site = repository / "_build" / "html"
    with pytest.raises(SystemExit):
        publish(site, repository, "nowhere")
    (site / "index.html").unlink()
    with pytest.raises(SystemExit):
        publish(site, repository)
    assert git(repository.parent / "host.git", "branch", "--list") == ""
