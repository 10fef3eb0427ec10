"""The clients. Each sends one request after the other, and knows what must be answered."""
