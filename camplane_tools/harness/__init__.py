"""What all tools stand on: a camplane that is raised, asked, watched and stopped."""
