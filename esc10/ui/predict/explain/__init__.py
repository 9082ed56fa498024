"""Parts of the Predict page that question an answer."""
