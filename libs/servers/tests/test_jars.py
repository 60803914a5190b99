"""Only the locked jars of Apache Kafka are ever run."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from servers.jars import Jar, check_names, checked, kafka_classpath, locked_jars, maven_repository
from servers.problems import StartProblem


@pytest.fixture
def jar(tmp_path: Path) -> Jar:
    made = Jar("org.example", "thing", "1.0", hashlib.sha256(b"content").hexdigest())
    made.path(tmp_path).parent.mkdir(parents=True)
    made.path(tmp_path).write_bytes(b"content")
    return made


def test_the_lock_names_every_jar_once() -> None:
    locked = locked_jars()
    assert len({each.name for each in locked}) == len(locked) == 44
    assert all(len(each.sha256) == 64 for each in locked)


def test_the_locked_jars_are_there_and_checked() -> None:
    assert [path.name for path in kafka_classpath()] == [each.name for each in locked_jars()]


def test_two_that_start_with_an_unfinished_repository_fill_it_one_after_the_other(tmp_path: Path) -> None:
    lacking, *there = locked_jars()
    for each in there:
        shutil.copytree(each.path(maven_repository()).parent, each.path(tmp_path).parent)
    command = [sys.executable, "-c", "from servers.jars import kafka_classpath; print(len(kafka_classpath()))"]
    environment = os.environ | {"M2_REPO": str(tmp_path)}
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [each.communicate(timeout=240)[0].strip() for each in both] == [str(len(locked_jars()))] * 2
    assert lacking.path(tmp_path).exists()


def test_a_locked_jar_is_accepted(jar: Jar, tmp_path: Path) -> None:
    assert checked([jar], tmp_path) == [tmp_path / "org/example/thing/1.0/thing-1.0.jar"]


def test_a_jar_that_differs_is_refused(jar: Jar, tmp_path: Path) -> None:
    jar.path(tmp_path).write_bytes(b"content, and something more")
    with pytest.raises(StartProblem, match="differs from"):
        checked([jar], tmp_path)


def test_a_jar_that_is_missing_is_refused(jar: Jar, tmp_path: Path) -> None:
    jar.path(tmp_path).unlink()
    with pytest.raises(StartProblem, match="missing after the download"):
        checked([jar], tmp_path)


def test_a_resolution_with_an_extra_or_a_missing_jar_is_refused(jar: Jar) -> None:
    check_names([jar], ["thing-1.0.jar"])
    for resolved in (["thing-1.0.jar", "other-1.0.jar"], [], ["thing-1.1.jar"]):
        with pytest.raises(StartProblem, match="are not those of"):
            check_names([jar], resolved)


def test_jars_are_kept_where_the_person_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "here"))
    assert maven_repository() == tmp_path / "here"
    monkeypatch.delenv("M2_REPO")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert maven_repository() == tmp_path / ".m2" / "repository"
    monkeypatch.setenv("HOME", "/nowhere/at/all")
    assert maven_repository().name == "m2"
