# SPDX-License-Identifier: MIT
"""A module of its own, so that Python has bytecode to keep."""


def text():
    return "hello from a read-only root"
