"""Build the optional compiled kernel; without a C compiler, NumPy does its work more slowly."""

from setuptools import Extension, setup

HEADERS = ("body", "draw", "lanes", "numbers", "rows", "types", "variants")

setup(
    ext_modules=[
        Extension(
            "charbard.runtime._kernel",
            sources=["src/charbard/runtime/c/kernel.c"],
            depends=[f"src/charbard/runtime/c/{name}.h" for name in HEADERS],
            # No -ffast-math and no fused operations: every machine must round in the same way.
            extra_compile_args=[
                "-O3",
                "-ffp-contract=off",
                "-fno-trapping-math",
                "-fno-math-errno",
            ],
            py_limited_api=True,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
