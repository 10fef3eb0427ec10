"""The demo's cameras: real footage, served as cameras serve it."""
