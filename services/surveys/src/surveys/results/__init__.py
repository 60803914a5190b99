"""Results (调查结果): who has answered, what was answered by groups that may be shown, and weights of answers."""
