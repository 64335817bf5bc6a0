/*
 * The staff pages. Custom elements start themselves after every htmx swap, so nothing is wired twice.
 * ES2017, no eval, no inline code; docs/ui.md tells a page author how to use each part.
 */
(function () {
  "use strict";

  var hotline = window.hotline;
  var words = hotline.words;
  var EDITABLE = /^(INPUT|TEXTAREA|SELECT)$/;
  var CLICKABLE = /^(checkbox|radio|button|submit|reset|file)$/;

  function one(selector, root) {
    return (root || document).querySelector(selector);
  }

  function all(selector, root) {
    return Array.from((root || document).querySelectorAll(selector));
  }

  function visible(element) {
    return element.isConnected && element.getClientRects().length > 0;
  }

  /* <call-timer start="ISO time">: mm:ss since then ------------------------------------------- */

  class CallTimer extends HTMLElement {
    connectedCallback() {
      this.tick();
      this.timer = setInterval(this.tick.bind(this), 1000);
    }

    disconnectedCallback() {
      clearInterval(this.timer);
    }

    tick() {
      var since = Date.now() + hotline.skew - Date.parse(this.getAttribute("start"));
      var seconds = Math.max(0, Math.floor(since / 1000));
      var minutes = String(Math.floor(seconds / 60)).padStart(2, "0");
      this.textContent = minutes + ":" + String(seconds % 60).padStart(2, "0");
    }
  }

  /* <list-nav>: j and k walk the [data-row]s, x ticks the row's box, Enter opens a.t ------------ */

  class ListNav extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", this.chosen);
      var opened = sessionStorage.getItem("opened");
      var row = opened && this.rows().find(function (r) {
        var link = one("a.t", r);
        return link && link.getAttribute("href") === opened;
      });
      if (row) {
        this.mark(row);
      }
    }

    chosen(event) {
      var row = event.target.closest("[data-row]");
      if (!row) {
        return;
      }
      this.mark(row);
      var link = event.target.closest("a.t");
      if (link) {
        sessionStorage.setItem("opened", link.getAttribute("href"));
      }
    }

    rows() {
      return all("[data-row]", this).filter(visible);
    }

    mark(row) {
      all("[data-row][data-active]", this).forEach(function (other) {
        other.removeAttribute("data-active");
      });
      row.dataset.active = "true";
    }

    move(step) {
      var rows = this.rows();
      if (!rows.length) {
        return;
      }
      var now = rows.findIndex(function (row) {
        return row.dataset.active === "true";
      });
      var next = rows[Math.max(0, Math.min(rows.length - 1, now + step))];
      this.mark(next);
      next.scrollIntoView({ block: "nearest" });
      var link = one("a.t", next);
      if (link) {
        link.focus({ preventScroll: true });
        if (window.htmx && link.hasAttribute("hx-get")) {
          window.htmx.trigger(link, "preview");
        }
      }
    }
  }

  /* <combo-box [src]>: Tom Select over a plain <select> ----------------------------------------- */

  class ComboBox extends HTMLElement {
    connectedCallback() {
      var select = one("select", this);
      if (!window.TomSelect || !select || select.tomselect) {
        return;
      }
      this.box = new window.TomSelect(select, this.options());
      this.addEventListener("keydown", this.keepEnter);
      /* The label now belongs to Tom Select's own input; the select itself must not be met. */
      select.setAttribute("aria-hidden", "true");
      select.tabIndex = -1;
    }

    /* Enter in a search that found nothing must not send the form. */
    keepEnter(event) {
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
      }
    }

    disconnectedCallback() {
      if (this.box && !this.isConnected) {
        this.box.destroy();
        this.box = null;
      }
    }

    options() {
      var options = {
        maxOptions: 80,
        selectOnTab: true,
        openOnFocus: false,
        /* At once: Enter right after the last letter must find the list open. */
        refreshThrottle: 0,
        searchField: ["text", "initials"],
        render: {
          no_results: function () {
            var none = document.createElement("div");
            none.className = "no-results";
            none.textContent = words.wordNoMatch;
            return none;
          },
        },
      };
      var src = this.getAttribute("src");
      if (src) {
        /* The server searches (pinyin initials too) and orders: show what it sent, as it sent it. */
        options.valueField = "v";
        options.labelField = "t";
        options.searchField = [];
        options.refreshThrottle = 300;
        options.score = function () {
          return function () {
            return 1;
          };
        };
        options.load = function (query, done) {
          var url = src + (src.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(query);
          fetch(url, { headers: { Accept: "application/json" } })
            .then(function (response) {
              return response.json();
            })
            .then(function (found) {
              this.clearOptions();
              done(found);
            }.bind(this))
            .catch(function () {
              done();
            });
        };
      }
      return options;
    }
  }

  /* <photo-drop>: photos shrink to 1600 px before they are sent --------------------------------- */

  async function shrunk(file) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 400000) {
      return file;
    }
    try {
      var image = await createImageBitmap(file);
      var scale = Math.min(1, 1600 / Math.max(image.width, image.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      var blob = await new Promise(function (done) {
        canvas.toBlob(done, "image/jpeg", 0.82);
      });
      if (blob && blob.size < file.size) {
        return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
      }
    } catch (error) {
      /* What this browser cannot read is sent as it is; the server decides. */
    }
    return file;
  }

  class PhotoDrop extends HTMLElement {
    connectedCallback() {
      this.addEventListener("change", this.changed);
    }

    async changed(event) {
      var input = event.target.closest("input[type=file]");
      if (!input) {
        return;
      }
      var kept = new DataTransfer();
      var files = await Promise.all(Array.from(input.files).map(shrunk));
      files.forEach(function (file) {
        kept.items.add(file);
      });
      input.files = kept.files;
      this.show(files);
    }

    show(files) {
      var list = one("[data-list]", this);
      if (!list) {
        return;
      }
      list.textContent = "";
      files.forEach(function (file) {
        var item = document.createElement("li");
        if (/^image\//.test(file.type)) {
          var picture = document.createElement("img");
          picture.alt = "";
          picture.src = URL.createObjectURL(file);
          picture.onload = function () {
            URL.revokeObjectURL(picture.src);
          };
          item.appendChild(picture);
        }
        item.appendChild(document.createTextNode(file.name + " · " + Math.ceil(file.size / 1024) + " KB"));
        list.appendChild(item);
      });
    }
  }

  /* A telephone adds its own position to a form, if it is let. */
  class GeoHere extends HTMLElement {
    connectedCallback() {
      var button = one("button", this);
      if (!button || !navigator.geolocation) {
        return;
      }
      button.hidden = false;
      button.addEventListener("click", this.ask.bind(this));
    }

    ask() {
      var said = one("[data-said]", this);
      var [latitude, longitude] = this.querySelectorAll("input");
      var words = this.dataset;
      said.textContent = words.waiting;
      navigator.geolocation.getCurrentPosition(
        function (found) {
          latitude.value = found.coords.latitude.toFixed(5);
          longitude.value = found.coords.longitude.toFixed(5);
          said.textContent = words.done;
        },
        function () {
          said.textContent = words.failed;
        },
        { enableHighAccuracy: true, timeout: 15000 }
      );
    }
  }

  customElements.define("call-timer", CallTimer);
  customElements.define("geo-here", GeoHere);
  customElements.define("list-nav", ListNav);
  customElements.define("combo-box", ComboBox);
  customElements.define("photo-drop", PhotoDrop);

  /* Dialogs and the palette --------------------------------------------------------------------- */

  function openDialog(id) {
    var dialog = document.getElementById(id);
    if (!dialog || dialog.open) {
      return;
    }
    dialog.showModal();
    var input = one("input[type=search]", dialog);
    if (input) {
      input.value = "";
      input.focus();
      if (window.htmx) {
        window.htmx.trigger(input, "palette");
      }
    }
  }

  function choose(options, chosen, input) {
    options.forEach(function (option) {
      option.setAttribute("aria-selected", String(option === chosen));
    });
    chosen.scrollIntoView({ block: "nearest" });
    if (chosen.id) {
      input.setAttribute("aria-activedescendant", chosen.id);
    }
  }

  function paletteKeys(event) {
    var dialog = event.target.closest && event.target.closest("dialog.cmd");
    if (!dialog || event.isComposing) {
      return;
    }
    var options = all("[role=option]", dialog);
    var now = options.findIndex(function (option) {
      return option.getAttribute("aria-selected") === "true";
    });
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      var step = event.key === "ArrowDown" ? 1 : -1;
      choose(options, options[(now + step + options.length) % options.length], one("input", dialog));
    }
    if (event.key === "Enter" && options.length) {
      event.preventDefault();
      (options[now] || options[0]).click();
    }
  }

  document.addEventListener("keydown", paletteKeys);
  document.addEventListener("htmx:afterSettle", function (event) {
    var options = all("#cmdlist [role=option]");
    var chosen = options.some(function (option) {
      return option.getAttribute("aria-selected") === "true";
    });
    if (event.detail.elt.id === "cmdlist" && options.length && !chosen) {
      choose(options, options[0], one("dialog.cmd input"));
    }
  });
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-open]");
    if (opener) {
      event.preventDefault();
      openDialog(opener.dataset.open);
    }
    var closer = event.target.closest("[data-close]");
    if (closer) {
      closer.closest("dialog").close();
    }
    if (event.target.tagName === "DIALOG") {
      event.target.close();
    }
    var account = event.target.closest("[data-account]");
    if (account) {
      one("#id_username").value = account.dataset.account;
      one("#id_password").value = account.dataset.password;
      one("#id_password").form.requestSubmit();
    }
    var every = event.target.closest("input[data-check-all]");
    if (every) {
      all("[data-row] input[type=checkbox]", every.closest("list-nav") || document).forEach(function (box) {
        box.checked = every.checked;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  });

  /* Keys: declared as data-key on the control they work ----------------------------------------- */

  var SINGLE = /^[^+]$|^\w \w$/;
  var SYMBOL = /^[^\w\s]$/;
  var unbind = function () {};
  var bound = "";

  function editable(target) {
    return EDITABLE.test(target.tagName) ? !CLICKABLE.test(target.type) : target.isContentEditable;
  }

  function keysOf(element) {
    return element.dataset.key.split(",").map(function (key) {
      return key.trim();
    });
  }

  function singleKeys() {
    return document.body.dataset.singleKeys === "1";
  }

  function work(element) {
    if (element.tomselect) {
      element.tomselect.focus();
      element.tomselect.open();
    } else if (EDITABLE.test(element.tagName) && !CLICKABLE.test(element.type)) {
      element.focus();
    } else if (element.tagName === "SUMMARY") {
      unfold(element.parentNode);
    } else {
      element.click();
    }
  }

  /* A form that a key unfolds is there to be filled in. */
  function unfold(details) {
    details.open = true;
    var first = one("input:checked", details) || one("input:not([type=hidden]), select, textarea", details);
    if (first) {
      (first.tomselect || first).focus();
    }
  }

  document.addEventListener("change", function (event) {
    all("details[data-open-when]").forEach(function (details) {
      if (details.dataset.openWhen === event.target.name + "=" + event.target.value) {
        details.open = true;
      }
    });
  });

  /* Of several controls with one key the first that can be seen works: lists and cards share keys.
     In a part that is being replaced none does: the key was meant for what comes. An open dialog has
     the keys to itself. */
  function holder(key) {
    return all("[data-key]", one("dialog[open]") || document).find(function (element) {
      var seen = element.tomselect ? visible(element.tomselect.wrapper) : visible(element) || hiddenRadio(element);
      var stays = !element.disabled && !element.closest(".htmx-request");
      return seen && stays && keysOf(element).indexOf(key) >= 0;
    });
  }

  function hiddenRadio(element) {
    return CLICKABLE.test(element.type) && element.labels && element.labels[0] && visible(element.labels[0]);
  }

  function allowed(event, key) {
    if (event.isComposing) {
      return false;
    }
    return !SINGLE.test(key) || (singleKeys() && !editable(event.target));
  }

  function listStep(step) {
    return function (event) {
      var list = one("list-nav");
      if (list && !one("dialog[open]") && allowed(event, "j")) {
        event.preventDefault();
        list.move(step);
      }
    };
  }

  function handlerOf(key) {
    return function (event) {
      var element = allowed(event, key) && !event.repeat && holder(key);
      if (element) {
        event.preventDefault();
        work(element);
      }
    };
  }

  function tickRow(event) {
    var box = one("[data-row][data-active=true] input[type=checkbox]");
    if (box && !one("dialog[open]") && allowed(event, "x")) {
      event.preventDefault();
      box.click();
    }
  }

  function showKeys(event) {
    if (!one("dialog[open]") && allowed(event, "?")) {
      event.preventDefault();
      openDialog("keys");
    }
  }

  function showPalette(event) {
    event.preventDefault();
    openDialog("cmd");
  }

  function bind() {
    var keys = Array.from(new Set([].concat.apply([], all("[data-key]").map(keysOf))));
    /* Sequences first: after g, an i is "g i" and not i. */
    keys.sort(function (a, b) {
      return b.length - a.length || (a < b ? -1 : 1);
    });
    if (!window.tinykeys || keys.join() === bound) {
      return;
    }
    bound = keys.join();
    unbind();
    var map = {};
    keys.forEach(function (key) {
      map[SYMBOL.test(key) ? "[Shift]+" + key : key] = handlerOf(key);
    });
    map["$mod+k"] = showPalette;
    map["[Shift]+?"] = showKeys;
    map.j = listStep(1);
    map.k = listStep(-1);
    map.x = tickRow;
    unbind = window.tinykeys.tinykeys(window, map, {
      ignore: function (event) {
        return event.isComposing;
      },
    });
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-single-keys-switch]")) {
      document.body.dataset.singleKeys = event.target.checked ? "1" : "0";
      hotline.remember("keys", event.target.checked ? 1 : 0);
    }
  });
  document.addEventListener("htmx:afterSettle", bind);
  bind();

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
