import pytest


@pytest.mark.parametrize("n", [10])
def test_sum(benchmark, n):
    benchmark.pedantic(sum, args=(range(n),), rounds=12, iterations=5)
