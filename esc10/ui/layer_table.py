"""A network's layers as a table."""

from __future__ import annotations

import streamlit as st

from esc10.training.networks import LayerTable


def show_layer_table(table: LayerTable, *, unknown: str | None = None) -> None:
    """The layers with their output shapes and parameters, as the lab prints them, and their sum.

    The parameters of the layer named `unknown` are left out, and so is the sum.
    """
    st.dataframe(
        {
            "layer": [row.name for row in table.rows],
            "kind": [row.kind for row in table.rows],
            "output shape": [
                " × ".join("frames" if size is None else str(size) for size in row.shape)
                for row in table.rows
            ],
            "parameters": [None if row.name == unknown else row.parameters for row in table.rows],
        },
        hide_index=True,
        column_config={"parameters": st.column_config.NumberColumn(format="%,d")},
        height="content",
        placeholder="?",
    )
    if unknown is not None:
        return
    st.markdown(
        f"**{table.parameters:,} parameters**, {table.trainable_parameters:,} of them trainable."
    )
