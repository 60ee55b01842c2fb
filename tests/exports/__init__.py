"""Files, read back by libraries that did not write them."""
