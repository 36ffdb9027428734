"""The Flask application: pages, API, streams, signing in; commits at the edge."""
