"""What the gateway knows about itself: health, counts, times, recent errors."""
