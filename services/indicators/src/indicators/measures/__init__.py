"""What answers of the tracking surveys give to measures (跟踪评价数据项), and which waves are closed."""
