"""What a page shows, as plain values, and its HTML; knows nothing of Flask."""
