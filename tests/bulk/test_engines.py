"""Ray and Spark on this machine; Parquet. `make test-bulk` installs them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import ray
import ray.data
from pyspark.sql import SparkSession

import allez.bulk.ray
import allez.bulk.spark
from allez import InputError, Translator
from allez.bulk import Job, Recipe, make, plan, recipe
from allez.bulk.job import begun
from allez_export import toy
from support.patience import until
from support.soak import SOAK, amount

pytestmark = [
    pytest.mark.soak,
    # The engines warn of their own use of themselves.
    pytest.mark.filterwarnings("default"),
]

ROOT = Path(__file__).parents[2]
TINY = ROOT / "spec" / "bundles" / "tiny"
TEXTS = [source for source, _ in toy.pairs(5, amount(share=2_000, whole=100_000))]
WORKERS = 2
PART_BYTES = 4_000 if not SOAK else 50_000
"""What makes some twenty parts of the share, and a hundred of the whole."""


@pytest.fixture(scope="session")
def made() -> Recipe:
    return recipe(TINY, beam_size=1)


@pytest.fixture(scope="session")
def said() -> list[str]:
    with Translator(TINY) as translator:
        return [t.text for t in translator.translate_batch(TEXTS, beam_size=1)]


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """Ray on this machine; workers find the package where the tests do."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="session")
def session() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{WORKERS},4]").config("spark.ui.enabled", "false")
    for name in ("spark.driver.bindAddress", "spark.driver.host"):
        builder = builder.config(name, "127.0.0.1")
    session = builder.getOrCreate()
    yield session
    session.stop()


def text_job(folder: Path, made: Recipe, texts: list[str]) -> Job:
    path = folder / "a.txt"
    path.write_bytes("".join(f"{text}\n" for text in texts).encode())
    return plan([path], folder / "out", made, part_bytes=PART_BYTES)


def lines(job: Job) -> list[str]:
    data = b"".join(path.read_bytes() for path in sorted(job.output.glob("part-*")))
    return data.decode().split("\n")[:-1]


def kill_a_worker(job: Job, name: bytes, killed: list[int]) -> threading.Thread:
    """Kill a process that translates, once there are some parts and some are left."""

    def run() -> None:
        until(lambda: len(list(job.output.glob("_done/*.json"))) > 2)
        for path in sorted(Path("/proc").glob("[0-9]*/cmdline")):
            try:
                command, status = path.read_bytes(), (path.parent / "maps").read_text()
            except OSError:
                continue
            if name in command and "onnxruntime" in status and path.parent.name != str(os.getpid()):
                os.kill(int(path.parent.name), signal.SIGKILL)
                killed.append(int(path.parent.name))
                return

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# --- Ray ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("cluster")
def test_ray_translates_a_dataset(made: Recipe, said: list[str]) -> None:
    rows = [{"id": number, "text": text} for number, text in enumerate(TEXTS[:500])]
    rows[7]["text"] = None  # type: ignore[assignment]
    found = allez.bulk.ray.translate(
        ray.data.from_items(rows), made, workers=WORKERS, batch_size=64
    )
    by_id = {row["id"]: row for row in found.take_all()}
    assert by_id[7]["error"] == "'text' is null"
    assert by_id[7]["translation"] is None
    del by_id[7]
    assert {number: row["translation"] for number, row in by_id.items()} == {
        number: text for number, text in enumerate(said[:500]) if number != 7
    }


@pytest.mark.usefixtures("cluster")
def test_ray_makes_all_parts_though_a_worker_is_killed(
    tmp_path: Path, made: Recipe, said: list[str]
) -> None:
    job = text_job(tmp_path, made, TEXTS)
    killed: list[int] = []
    with begun(job):
        killer = kill_a_worker(job, b"ray::", killed)
        allez.bulk.ray.run(job, WORKERS)
        killer.join()
    assert killed
    assert lines(job) == said


# --- Spark ----------------------------------------------------------------------------------


def test_spark_translates_a_frame(session: SparkSession, made: Recipe, said: list[str]) -> None:
    rows: list[tuple[int, str | None]] = list(enumerate(TEXTS[:500]))
    rows[7] = (7, None)
    frame = session.createDataFrame(rows, "id int, text string").repartition(4)
    found = allez.bulk.spark.translate(frame, made)
    assert found.columns == ["id", "text", "translation", "error"]
    by_id = {row["id"]: row for row in found.collect()}
    assert by_id[7]["error"] == "'text' is null"
    del by_id[7]
    assert {number: row["translation"] for number, row in by_id.items()} == {
        number: text for number, text in enumerate(said[:500]) if number != 7
    }


def test_spark_makes_all_parts_though_a_worker_is_killed(
    tmp_path: Path, session: SparkSession, made: Recipe, said: list[str]
) -> None:
    job = text_job(tmp_path, made, TEXTS)
    killed: list[int] = []
    with begun(job):
        killer = kill_a_worker(job, b"pyspark", killed)
        allez.bulk.spark.run(job, WORKERS)
        killer.join()
    assert killed
    assert lines(job) == said


# --- Parquet --------------------------------------------------------------------------------


def write_parquet(path: Path, columns: dict[str, list[Any]], rows: int) -> Path:
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=rows)
    return path


def test_parquet_keeps_columns_types_and_order(
    tmp_path: Path, made: Recipe, said: list[str]
) -> None:
    count = 1_500
    texts: list[str | None] = [*TEXTS[:count]]
    texts[3] = None
    path = write_parquet(
        tmp_path / "a.parquet",
        {"id": list(range(count)), "text": texts, "tags": [["a"], None, []] * (count // 3)},
        400,
    )
    job = plan([path], tmp_path / "out", made, part_bytes=1)
    assert len(job.parts) == 4
    with begun(job):
        for part in job.parts:
            make(job, part)
    found = pyarrow.parquet.read_table(tmp_path / "out")
    assert found.schema.field("id").type == pyarrow.int64()
    assert found.column_names == ["id", "text", "tags", "translation", "error"]
    wanted = [None if number == 3 else text for number, text in enumerate(said[:count])]
    assert found.column("translation").to_pylist() == wanted
    assert found.column("error").to_pylist()[2:5] == [None, "'text' is null", None]
    assert found.column("tags").to_pylist() == [["a"], None, []] * (count // 3)


def test_what_is_wrong_with_parquet_is_named(tmp_path: Path, made: Recipe) -> None:
    path = write_parquet(tmp_path / "a.parquet", {"texte": ["?"]}, 1)
    with pytest.raises(InputError, match="no column 'text'") as error:
        plan([path], tmp_path / "out", made)
    assert error.value.hint == "--column NAME; there is: texte"
    path.write_bytes(b"PAR1 no more")
    with pytest.raises(InputError, match=r"cannot read .*a\.parquet"):
        plan([path], tmp_path / "out", made)
