"""Outside data (外部数据): who allowed which source, what it says of graduates, and where a record contradicts it."""
