def open(:
