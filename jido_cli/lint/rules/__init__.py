"""The rules, one in each module; the text at the top of a module is the rule's page in the docs."""
