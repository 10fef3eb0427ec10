"""What a camera is and what may be done with it; knows no file, no database, no process."""
