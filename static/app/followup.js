/*
 * The script of a follow-up: 1, 2, 3 answer the question at hand, and the next one comes by itself.
 * Without this file every question is simply there to be ticked.
 */
(function () {
  "use strict";

  var form = document.querySelector("form[data-script]");
  if (!form) {
    return;
  }
  var why = form.querySelector("[data-why]");
  var asks = Array.from(form.querySelectorAll("[data-ask]"));
  var radios = function (ask) {
    return Array.from(ask.querySelectorAll("input[type=radio]"));
  };

  function negative() {
    return Boolean(form.querySelector("input[value=unsolved]:checked, input[value$=dissatisfied]:checked"));
  }

  /* The question at hand is the first without an answer; the reason is asked only after a "no", where it is. */
  function aim() {
    if (why) {
      why.hidden = !negative();
    }
    var open = asks.find(function (ask) {
      return !ask.hidden && !radios(ask).some(function (radio) {
        return radio.checked;
      });
    });
    asks.forEach(function (ask) {
      ask.classList.toggle("now", ask === open);
    });
    return open;
  }

  function typing(target) {
    return target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  }

  /* Figures mean the question at hand, so they are read here and not from a data-key. */
  function answer(event) {
    var plain = !event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey && !event.repeat;
    var on = document.body.dataset.singleKeys === "1" && !document.querySelector("dialog[open]");
    if (!plain || !on || !/^[1-9]$/.test(event.key) || typing(event.target)) {
      return;
    }
    var open = aim();
    var radio = open && radios(open)[Number(event.key) - 1];
    if (radio) {
      event.preventDefault();
      radio.click();
    }
  }

  asks.forEach(function (ask) {
    radios(ask).forEach(function (radio) {
      delete radio.dataset.key;
    });
  });
  form.addEventListener("change", function (event) {
    var open = event.target.closest("[data-ask]") && aim();
    if (open) {
      open.scrollIntoView({ block: "nearest" });
    }
  });
  document.addEventListener("keydown", answer);
  aim();
})();
