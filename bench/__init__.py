"""`python -m bench`: what the product does in a second, beside what one would use instead."""
