"""What an engine shows of itself and takes as orders: plain data, no sockets."""
