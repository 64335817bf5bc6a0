"""The pages of intake: the agent's desk, and what the team leader confirms."""
