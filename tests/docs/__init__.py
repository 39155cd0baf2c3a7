"""The pages say what is true: their commands, links, code and tables are held to the product."""
