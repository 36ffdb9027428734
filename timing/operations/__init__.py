"""What people do, as plain functions on a session; they never commit."""
