"""A placeholder for the pre-commit framework, which installs a hook of `language: python` from this folder.

It installs the wheel of the same version, so nothing is compiled. The real package is in `packaging/python`.
"""

from setuptools import setup

setup(
    name="skant-pre-commit-placeholder",
    version="0.0.0",
    py_modules=[],
    install_requires=["skant==0.1.0"],
)
