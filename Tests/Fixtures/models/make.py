#!/usr/bin/env python3
"""Trains and writes every model that tests serve, with what it must give.

    make.py FOLDER PACKAGES

PACKAGES is where those packages are installed that bring models of others (packages.txt).
"""
import sys
import warnings
from pathlib import Path

import onnxruntime

# Of what scikit-learn will do otherwise one day, and of nets that could learn on.
warnings.simplefilter("ignore")
onnxruntime.set_default_logger_severity(3)

import digits
import families
import graphs
import published


def main():
    folder, packages = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    graphs.write(folder)
    families.write(folder)
    digits.write(folder)
    published.write(folder, packages)
    print(f"models: {len(list(folder.glob('*.onnx')))} in {folder}")


if __name__ == "__main__":
    main()
