/*
 * Every page: time left that counts on, theme, large print, printing. ES2015, no library.
 * Without this file every page still works; it only loses these comforts.
 */
(function () {
  "use strict";

  var skewMeta = document.querySelector("meta[name=server-now]");
  /* The reader's clock may be wrong: reckon by the server's. */
  var skew = skewMeta ? Date.parse(skewMeta.content) - Date.now() : 0;
  var words = document.documentElement.dataset;

  function fill(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, function (_, name) {
      return values[name];
    });
  }

  function span(seconds) {
    var left = Math.abs(seconds);
    var values = {
      d: Math.floor(left / 86400),
      h: Math.floor((left % 86400) / 3600),
      m: Math.floor((left % 3600) / 60),
    };
    var pattern = words.wordMinutes;
    if (values.d) {
      pattern = values.h ? words.wordDays : words.wordWholeDays;
    } else if (values.h) {
      pattern = values.m ? words.wordHours : words.wordWholeHours;
    }
    var text = fill(pattern, values);
    return seconds < 0 ? fill(words.wordOver, { t: text }) : text;
  }

  function remember(name, value) {
    document.cookie = name + "=" + value + ";path=/;max-age=31536000;samesite=lax";
  }

  /* <count-down due="ISO time" limit="hours">: the last quarter of the limit is "soon". */
  var ticking = new Set();

  class CountDown extends HTMLElement {
    connectedCallback() {
      ticking.add(this);
      this.tick();
    }

    disconnectedCallback() {
      ticking.delete(this);
    }

    tick() {
      var due = Date.parse(this.getAttribute("due"));
      if (isNaN(due)) {
        return;
      }
      var seconds = (due - Date.now() - skew) / 1000;
      var limit = 3600 * (Number(this.getAttribute("limit")) || 24);
      this.className = "cd " + (seconds < 0 ? "over" : seconds < limit / 4 ? "soon" : "ok");
      var text = span(seconds);
      if (this.textContent !== text) {
        this.textContent = text;
      }
    }
  }

  customElements.define("count-down", CountDown);
  setInterval(function () {
    ticking.forEach(function (element) {
      element.tick();
    });
  }, 15000);

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-toggle]")) {
      var root = document.documentElement;
      var theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      root.dataset.bsTheme = theme;
      remember("theme", theme);
    }
    var big = event.target.closest("[data-big]");
    if (big) {
      var on = document.body.classList.toggle("big");
      big.setAttribute("aria-pressed", String(on));
      remember("big", on ? 1 : 0);
    }
    if (event.target.closest("[data-print]")) {
      window.print();
    }
  });

  /* Errors first: the summary of a refused form takes the focus. */
  var summary = document.querySelector(".error-summary");
  if (summary) {
    summary.focus();
  }

  window.hotline = { fill: fill, remember: remember, skew: skew, words: words };
})();
