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
    return Boolean(form.querySelector("input[value=unsolved]:checked, input[value=dissatisfied]:checked"));
  }

  /* The keys belong to the first question that has no answer; the reason is asked only after a "no". */
  function aim() {
    why.hidden = !negative();
    var open = asks.find(function (ask) {
      var shown = !ask.closest("[hidden]");
      return shown && !radios(ask).some(function (radio) {
        return radio.checked;
      });
    });
    asks.forEach(function (ask) {
      ask.classList.toggle("now", ask === open);
      radios(ask).forEach(function (radio, place) {
        if (ask === open) {
          radio.dataset.key = String(place + 1);
        } else {
          delete radio.dataset.key;
        }
      });
    });
    return open;
  }

  form.addEventListener("change", function (event) {
    if (event.target.closest("[data-ask]")) {
      var open = aim();
      if (open) {
        open.scrollIntoView({ block: "nearest" });
      }
    }
  });
  aim();
})();
