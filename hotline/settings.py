"""Settings, driven by the environment; docs/operations.md lists every variable.

Without DATABASE_URL and REDIS_URL the addresses of the local servers are used (hotline/local),
so that any `manage.py` command works while `make run` is up.
"""

import os
import re
import sys
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from hotline.local import keys, state
from hotline.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
STATE = state.state_folder()
TESTING = "pytest" in sys.modules


def flag(name: str, default: bool = False) -> bool:
    """An environment variable as yes or no."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def listed(name: str, default: str = "") -> list[str]:
    """An environment variable as the parts between its commas."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


DEBUG = flag("HOTLINE_DEBUG")
# Local: the servers and secrets are our own. hotline.local says so to the processes it starts.
LOCAL = "DATABASE_URL" not in os.environ or flag("HOTLINE_LOCAL")
HTTPS = flag("HOTLINE_HTTPS")
HOTLINE_DEMO = flag("HOTLINE_DEMO", default=LOCAL)
# The city that an empty database is given by `manage.py up`; empty for none.
HOTLINE_PACK = os.environ.get("HOTLINE_PACK", "packs/beijing")

_SECRETS = keys.load(STATE) if LOCAL or DEBUG else {}


def secret(name: str) -> str:
    """A secret from the environment, else from the local state folder."""
    value = os.environ.get(name) or _SECRETS.get(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; docs/operations.md tells how to make one.")
    return value


SECRET_KEY = secret("HOTLINE_SECRET_KEY")
# Fernet keys of the caller vault, the first one encrypts, every one decrypts.
HOTLINE_VAULT_KEYS = [key.strip() for key in secret("HOTLINE_VAULT_KEYS").split(",")]
# Keys the blind index by which a phone number is found; it cannot be rotated without re-indexing.
HOTLINE_INDEX_KEY = secret("HOTLINE_INDEX_KEY")

ALLOWED_HOSTS = listed("HOTLINE_HOSTS", "localhost,127.0.0.1,[::1]" if LOCAL else "")
CSRF_TRUSTED_ORIGINS = listed("HOTLINE_ORIGINS")
# Caddy stands in front and is the only one who can reach us: its word on the caller's address counts.
HOTLINE_BEHIND_PROXY = flag("HOTLINE_BEHIND_PROXY")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",  # its widgets, for TemplatesSetting below
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "simple_history",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "django_htmx",
    # The Simple configs leave the template loaders alone; they are set by hand below.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "units",
    "tickets",
    "intake",
    "dispatch",
    "handling",
    "followup",
    "scoring",
    "reports",
    "portal",
    "hotline.apps.HotlineConfig",
]

MIDDLEWARE = [
    "hotline.middleware.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "hotline.middleware.BackToPage",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "tickets.middleware.Refusals",
]

ROOT_URLCONF = "hotline.urls"
WSGI_APPLICATION = "hotline.wsgi.application"
ASGI_APPLICATION = "hotline.asgi.application"

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hotline.context.page",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "hotline.templatetags.ui",
            ],
        },
    }
]
# Lets templates/django/forms/ replace Django's own field template.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data -------------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or state.database_url(STATE),
        conn_max_age=int(os.environ.get("HOTLINE_CONN_MAX_AGE", "60")),
        conn_health_checks=True,
    )
}
_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
_OPTIONS.setdefault("connect_timeout", 5)
if "host" in _OPTIONS:  # a socket's folder, kept out of the URL's host part, which is read in lower case
    DATABASES["default"]["HOST"] = _OPTIONS.pop("host")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL") or state.redis_url(STATE)
# Keys and channels of this installation; tests that run side by side share one Redis.
REDIS_PREFIX = f"test{os.getpid()}" if TESTING else os.environ.get("HOTLINE_REDIS_PREFIX", "hotline")
# The cache has a numbered database of its own: clearing it must not clear the broker's queue.
_CACHE_DB = 2 + os.getpid() % 14 if TESTING else 1
_CACHE = {
    "LOCATION": re.sub(r"^(rediss?://[^/]+)/\d*$", r"\1", REDIS_URL),
    "OPTIONS": {"db": _CACHE_DB},
    "KEY_PREFIX": REDIS_PREFIX,
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", **_CACHE},
    "sessions": {"BACKEND": "hotline.cache.Forgiving", **_CACHE},
}
MEDIA_ROOT = Path(os.environ.get("HOTLINE_MEDIA") or STATE / "media")

# People -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = ["units.auth.WithUnit"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
# The database keeps sessions, Redis only speeds them up: without Redis nobody is logged out.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 9}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = os.environ.get("HOTLINE_TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
USE_TZ = True

# Files the browser fetches ----------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("HOTLINE_STATIC") or STATE / "static")
# Tests and DEBUG serve the sources; hashed names need `collectstatic` first.
# Only the hashed copies are kept: half the files to compress.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Safety -----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # Container and load balancer probes ask for /healthz without TLS.
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "units.auth.TokenWithUnit",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# Work in the background -------------------------------------------------------------------------
# Celery spells a socket's address differently from redis-py.
CELERY_BROKER_URL = "memory://" if TESTING else REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "hotline.beat.PulseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = SCHEDULE

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("HOTLINE_LOG_LEVEL", "INFO")},
    "loggers": {"celery": {"level": "WARNING"}},  # its INFO is two lines a task, for ever
}
