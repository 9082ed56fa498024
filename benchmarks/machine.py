"""What measured: the processor, its cores, and the versions of what ran on it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import joblib
import psutil

PACKAGES = ("tensorflow", "keras", "torch", "streamlit", "distributed", "librosa", "numpy")


def machine() -> dict[str, str]:
    """The machine and the versions; packages that are not installed are left out."""
    found = {
        "cpu": _cpu(),
        "cores": str(joblib.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _cpu() -> str:
    """The processor's name; Linux knows it better than Python does."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text("utf-8").splitlines()
        for name in (line.partition(":")[2].strip() for line in lines if "model name" in line):
            return name
    return platform.processor() or "unknown"
