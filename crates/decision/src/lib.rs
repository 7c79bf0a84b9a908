//! Judging bids: total cost, ranking, award.
