/*
 * The keys of the staff pages (docs/ui.md, Keys). After elements.js and dialogs.js; early.js keeps what is
 * pressed before.
 */
(function () {
  "use strict";

  var hotline = window.hotline;
  var one = hotline.one;
  var all = hotline.all;
  var visible = hotline.visible;
  var clickable = hotline.clickable;
  var editable = hotline.editable;

  /* Keys: declared as data-key on the control they work ----------------------------------------- */

  var SINGLE = /^[^+]$|^\w \w$/;
  var SYMBOL = /^[^\w\s]$/;
  var unbind = function () {};
  var bound = "";

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
    } else if (editable(element)) {
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
    return clickable(element) && element.labels && element.labels[0] && visible(element.labels[0]);
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
      hotline.openDialog("keys");
    }
  }

  function showPalette(event) {
    event.preventDefault();
    hotline.openDialog("cmd");
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

  /* Type-ahead: what is pressed before it can be answered waits ---------------------------------- */

  var typeahead = window.typeahead;
  /* Milliseconds; who waited longer has given up, and half of what was pressed would mean another thing. */
  var PATIENCE = 2000;
  var COMING = ".pane.htmx-request, .htmx-settling";

  /* A combo-box that waits for its choice holds up what comes after it, but one may go on to another field. A
     pane on its way gets the keys pressed meanwhile; walking on in the list is not one of them. */
  function shut(event) {
    if (one("combo-box[data-waiting]")) {
      var next = !typeahead.held.length && event.altKey && holder("Alt+" + event.key);
      return !(next && (next.tomselect || editable(next)));
    }
    var walks = !typeahead.held.length && /^[jkx]$/.test(event.key);
    return Boolean(one(COMING)) && !walks && !editable(event.target) && !one("dialog[open]");
  }

  function giveBack() {
    var held = typeahead.held;
    var focus = document.activeElement || document.body;
    if (held.length && performance.now() - held[0].timeStamp > PATIENCE) {
      held.length = 0;
    }
    while (held.length && !typeahead.shut(held[0])) {
      press(held.shift(), focus);
    }
  }

  /* Where it was pressed; but after a key that led somewhere else, there: a letter is typed into a field. */
  function press(event, focus) {
    var now = document.activeElement || document.body;
    var led = now !== focus;
    var at = led ? now : event.target.isConnected ? event.target : document.body;
    var chord = event.ctrlKey || event.metaKey || event.altKey;
    if (led && event.key.length === 1 && !chord && editable(at)) {
      document.execCommand("insertText", false, event.key);
    } else if (at.dispatchEvent(new KeyboardEvent("keydown", event))) {
      if (event.key === "Enter" && !chord && at.matches("a[href], button, summary")) {
        at.click();
      }
    }
  }

  document.addEventListener("htmx:afterSettle", function () {
    bind();
    giveBack();
  });
  document.addEventListener("combo:chosen", giveBack);
  /* What came after a choice that was not made was meant for a form with it. */
  document.addEventListener("combo:nothing", function () {
    typeahead.held.length = 0;
  });
  /* Not at once: a request given up for another one ends just before that begins. */
  document.addEventListener("htmx:afterRequest", function () {
    setTimeout(giveBack, 0);
  });
  /* htmx, which was here before, has wired the page by then, and so have the scripts after this one. */
  document.addEventListener("DOMContentLoaded", function () {
    bind();
    typeahead.shut = shut;
    giveBack();
  });
})();
