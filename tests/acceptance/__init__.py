"""The promises, tried on whole topologies: in process on virtual time, and as real processes."""
