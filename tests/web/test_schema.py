"""Schemathesis finds that the API matches its OpenAPI description."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

API = Path(__file__).parents[2] / "docs" / "api.md"
SETTINGS = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.slow
def test_answers_are_as_described(running, tmp_path) -> None:
    """Status, types and headers of each response match the schema, for valid and invalid bodies.

    A valid body may still get a 422, as a schema cannot say which demands on a poem conflict.
    """
    asked = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS)),
        *("run", f"{running.url}/api/openapi.json", "--phases", "examples,fuzzing"),
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--max-examples", "3", "--warnings", "off", "--no-color"),
    ]
    done = subprocess.run(
        asked, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", ["/api/verse", "/v1/completions"])
def test_a_wrong_method_is_told_the_right_one(client, path) -> None:
    """A wrong method gets a 405 with the right method in `Allow` and an error in JSON."""
    answer = client.get(path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert "error" in answer.json()


def test_every_refusal_is_described(client) -> None:
    """All routes except health, ready and metrics document their errors and `Retry-After`."""
    api = client.get("/api/openapi.json").json()
    for path, methods in api["paths"].items():
        for about in methods.values():
            if path not in ("/api/health", "/api/ready", "/api/metrics"):
                assert {"401", "404", "413", "422", "429", "503"} <= set(about["responses"]), path
                assert "Retry-After" in about["responses"]["503"]["headers"]


def test_the_table_of_addresses_is_complete(client) -> None:
    """The table in docs/api.md names every route of the description, and no other."""
    api = client.get("/api/openapi.json").json()
    described = {
        f"{method.upper()} {path}" for path, methods in api["paths"].items() for method in methods
    }
    named, method = set(), ""
    for row in re.findall(r"^\| `.+", API.read_text("utf-8"), re.M):
        for verb, path in re.findall(r"`([A-Z]+ )?(/[^`?]+)", row):
            method = verb or method  # it counts for every address up to the next method
            named.add(method + path)

    assert named == described


def test_bytes_that_are_no_text_are_refused(client) -> None:
    """A body that is not valid UTF-8 gets a 400 with an error in JSON."""
    answer = client.post(
        "/api/check", content=b"\x0f\xffr", headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"] == "the body cannot be read"
