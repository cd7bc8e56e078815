"""The tests of training need torch, and run on one thread because their networks are tiny."""

import pytest

torch = pytest.importorskip("torch")


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/train" in str(item.path):
            item.add_marker(pytest.mark.torch)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
