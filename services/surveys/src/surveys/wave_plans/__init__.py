"""Plans of waves (轮次计划): each year's wave is made ahead of its opening."""
