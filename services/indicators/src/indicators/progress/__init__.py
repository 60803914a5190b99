"""How far the events of each partition are included: the watermark of every figure."""
