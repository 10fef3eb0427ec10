"""Who may do what: roles, camplane's own tokens, and where they are kept."""
