"""What is measured: one module for each movement of the product, each beside its reference."""
