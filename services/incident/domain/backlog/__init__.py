"""What is done about waiting: ladders, tasks, who has an incident in hand, and the order in which jobs are late; pure."""
