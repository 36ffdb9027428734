"""Results turned into files, one module per format."""
