# The three best scores, best one first.


def podium(scores):
    ranked = scores.sort(reverse=True)
    return ranked[:3]


assert podium([12, 7, 30, 18]) == [30, 18, 12]
