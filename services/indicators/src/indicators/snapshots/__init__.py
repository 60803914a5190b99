"""Frozen figures (数据快照): 初次, 年终 and any other day as it was known at a moment, with revisions beside them."""
