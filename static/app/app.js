/*
 * What the server says to a staff page: answers, refusals, the event stream; and forms that are not lost.
 * After elements.js and keys.js.
 */
(function () {
  "use strict";

  var hotline = window.hotline;
  var words = hotline.words;
  var one = hotline.one;
  var all = hotline.all;

  /* Answers of the server ----------------------------------------------------------------------- */

  var hiding = 0;

  function toast(text) {
    var bar = one("#toast");
    if (!bar) {
      return;
    }
    bar.textContent = text;
    bar.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(function () {
      bar.hidden = true;
    }, 8000);
  }

  /* A panel sent in place of what was asked for: it goes on top, so that the page beneath stays. */
  function isPanel(html) {
    var first = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    return Boolean(first && first.matches("[role=alert]"));
  }

  document.addEventListener("htmx:configRequest", function (event) {
    /* Signing in again in another tab renews the token. */
    var token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    if (token) {
      event.detail.headers["X-CSRFToken"] = token[1];
    }
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    var detail = event.detail;
    var status = detail.xhr.status;
    if (detail.xhr.responseURL && new URL(detail.xhr.responseURL).pathname === words.loginUrl) {
      detail.shouldSwap = false;
      toast(words.wordSignIn);
      return;
    }
    if (status !== 422 && status !== 409) {
      return;
    }
    detail.shouldSwap = true;
    detail.isError = false;
    var notices = one("#notices");
    if (notices && isPanel(detail.xhr.responseText)) {
      detail.target = notices;
      detail.swapOverride = "innerHTML";
    }
  });

  document.addEventListener("htmx:afterSettle", function (event) {
    var panel = one("[data-conflict], .error-summary", event.detail.elt);
    if (event.detail.elt.id === "notices") {
      panel = event.detail.elt.firstElementChild;
    }
    if (panel) {
      panel.tabIndex = -1;
      panel.focus();
      panel.scrollIntoView({ block: "nearest" });
    }
    if (event.detail.xhr && event.detail.xhr.status === 409) {
      announce("case-changed", {});
    }
  });

  document.addEventListener("htmx:sendError", function () {
    toast(words.wordOffline);
  });
  document.addEventListener("htmx:timeout", function () {
    toast(words.wordOffline);
  });
  document.addEventListener("htmx:responseError", function (event) {
    toast(hotline.fill(words.wordFailed, { status: event.detail.xhr.status }));
  });

  /* A form with data-guard is not left by accident ---------------------------------------------- */

  function dirty(form, yes) {
    form.dataset.dirty = yes ? "1" : "";
  }

  /* A form that came back refused still holds what was typed and nobody has saved. */
  function refused() {
    all("form[data-guard]").forEach(function (form) {
      if (one(".error-summary", form)) {
        dirty(form, true);
      }
    });
  }

  document.addEventListener("htmx:afterSettle", refused);
  refused();
  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[data-guard]");
    if (form) {
      dirty(form, true);
    }
  });
  document.addEventListener("submit", function (event) {
    if (event.target.matches("form[data-guard]")) {
      dirty(event.target, false);
    }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form[data-guard]");
    if (form && event.target === form && !event.detail.successful) {
      dirty(form, true);
    }
  });
  window.addEventListener("beforeunload", function (event) {
    if (one("form[data-guard][data-dirty='1']")) {
      event.preventDefault();
      event.returnValue = "";
    }
  });

  /* The page one is on stays in sight, however many a role has. */
  all(".topnav [aria-current]").forEach(function (here) {
    here.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  /* The event stream: only ids and counters come; pages fetch what they show --------------------- */

  function announce(kind, detail) {
    document.body.dispatchEvent(new CustomEvent("live:" + kind, { detail: detail }));
  }

  function badges(counts) {
    all("[data-count]").forEach(function (badge) {
      if (badge.dataset.count in counts) {
        badge.textContent = counts[badge.dataset.count] || "";
      }
    });
  }

  if (words.eventsUrl && window.EventSource) {
    var stream = new EventSource(words.eventsUrl);
    ["call", "badge", "case-changed", "deadline"].forEach(function (kind) {
      stream.addEventListener(kind, function (event) {
        var detail = JSON.parse(event.data);
        announce(kind, detail);
        if (kind === "badge") {
          badges(detail);
        }
      });
    });
    window.addEventListener("pagehide", function () {
      stream.close();
    });
  }
})();
