"""Jobs: the place where reading, models, engine and writing are put together."""
