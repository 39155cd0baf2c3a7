"""One command, one module: reads its words, asks the engine, prints what `render` makes of it."""
