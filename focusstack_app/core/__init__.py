"""Values and contracts that every other package shares; numpy and the standard library only."""
