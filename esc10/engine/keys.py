"""The keys without which a scheduler takes no orders: as files, and as Dask names them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from distributed.security import Security

from esc10.errors import RunError, reason_of


def own_keys() -> Security:
    """The keys that Dask's configuration names, if it names any.

    Raises:
        RunError: they cannot be read.
    """
    security = Security()
    try:
        security.get_connection_args("client")
    except OSError as cause:
        named = security.get_tls_config_for_role("client")
        files = {Path(named[part]).resolve() for part in ("ca_file", "cert", "key") if named[part]}
        guilty = [file for file in files if not os.access(file, os.R_OK)] or files
        where = " or ".join(sorted(map(str, guilty)))
        unfit = isinstance(cause, ssl.SSLError)
        reason = "there is no key with its certificate in it" if unfit else reason_of(cause)
        raise RunError(
            f"The keys to the Dask scheduler cannot be read from {where}: {reason}. Make them as "
            "the README says, and have Dask's configuration name where they are."
        ) from cause
    return security


def keys_of(security: Security) -> dict[str, str]:
    """What Dask's configuration has to say for a worker or a client to be let in."""
    keys = {}
    for role in ("worker", "client"):  # a worker is a client too, where a run asks for events
        named = security.get_tls_config_for_role(role)
        keys["distributed.comm.tls.ca-file"] = named["ca_file"]
        keys |= {f"distributed.comm.tls.{role}.{part}": named[part] for part in ("cert", "key")}
    return keys
