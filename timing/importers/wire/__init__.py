"""How timing readers talk: what they say becomes reads, and what is to be answered. No sockets."""
