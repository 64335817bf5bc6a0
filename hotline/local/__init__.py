"""Real PostgreSQL and Redis on a machine that has none, and the supervisor above them.

Used whenever DATABASE_URL or REDIS_URL is not set: by `make run`, by `make test` and by
`python -m hotline.local -- CMD`. Nothing in here is needed where both point at servers.
"""
