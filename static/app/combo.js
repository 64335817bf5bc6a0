/*
 * <combo-box [src]>: Tom Select over a plain <select>. Without src it searches the options it has; with src the
 * server searches, and Enter or Tab pressed before its answer is there waits for it. After elements.js.
 */
(function () {
  "use strict";

  var hotline = window.hotline;
  /* Milliseconds after the last letter before the server is asked. */
  var PAUSE = 200;

  class ComboBox extends HTMLElement {
    connectedCallback() {
      var select = hotline.one("select", this);
      if (!window.TomSelect || !select || select.tomselect) {
        return;
      }
      this.box = new window.TomSelect(select, this.options());
      this.addEventListener("keydown", this.early, true);
      this.addEventListener("keydown", this.keepEnter);
      this.addEventListener("input", this.typed);
      /* The label now belongs to Tom Select's own input; the select itself must not be met. */
      select.setAttribute("aria-hidden", "true");
      select.tabIndex = -1;
    }

    disconnectedCallback() {
      if (this.box && !this.isConnected) {
        this.stop();
        this.box.destroy();
        this.box = null;
      }
    }

    /* Enter in a search that found nothing must not send the form. */
    keepEnter(event) {
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
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
            none.textContent = hotline.words.wordNoMatch;
            return none;
          },
        },
      };
      if (this.hasAttribute("src")) {
        /* The server searches (pinyin initials too) and orders: show what it sent, as it sent it. */
        Object.assign(options, {
          valueField: "v",
          labelField: "t",
          searchField: [],
          refreshThrottle: PAUSE,
          loadThrottle: null,
          load: this.ask.bind(this),
          score: function () {
            return function () {
              return 1;
            };
          },
        });
      }
      return options;
    }

    /* One question at a time: a new one gives up the one before, whose answer then counts for nothing. */
    ask(query, done) {
      var box = this.box;
      if (this.asked === query) {
        box.loading -= 1;
        return;
      }
      if (this.asked !== null) {
        this.stop();
        box.loading -= 1;
      }
      var src = this.getAttribute("src");
      var url = src + (src.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(query);
      var asking = new AbortController();
      this.asked = query;
      this.asking = asking;
      fetch(url, { headers: { Accept: "application/json" }, signal: asking.signal })
        .then(function (response) {
          return response.json();
        })
        .then(this.take.bind(this, asking, query, done), this.take.bind(this, asking, query, done, null));
    }

    stop() {
      if (this.asking) {
        this.asking.abort();
      }
      this.asked = this.asking = null;
    }

    /* `found` is null when the server could not be asked: the list stays, and nothing is chosen. */
    take(asking, query, done, found) {
      if (this.asking !== asking) {
        return;
      }
      this.asked = this.asking = null;
      var wanted = this.waiting;
      if (found && (wanted || query === this.box.inputValue())) {
        this.box.clearOptions();
        this.answered = query;
        done(found);
      } else {
        this.box.loading = Math.max(this.box.loading - 1, 0);
        this.box.wrapper.classList.remove(this.box.settings.loadingClass);
      }
      if (wanted) {
        this.choose(wanted, found || []);
      }
    }

    /* The list shown is not yet the answer to what stands in the field. */
    early(event) {
      var query = this.box.inputValue();
      if (event.key === "Escape") {
        this.end("nothing");
      }
      var key = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
      var plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
      if (!key || !plain || !this.hasAttribute("src") || !query || query === this.answered) {
        return;
      }
      /* Tab goes on to the next field meanwhile. */
      event.stopPropagation();
      if (event.key === "Enter") {
        event.preventDefault();
      }
      this.wait(event);
      clearTimeout(this.box.refreshTimeout);
      this.box.load(query);
    }

    wait(event) {
      this.waiting = event;
      this.toggleAttribute("data-waiting", Boolean(event));
    }

    typed(event) {
      if (event.target === this.box.control_input) {
        this.end("nothing");
      }
    }

    choose(event, found) {
      var box = this.box;
      var first = found.find(function (row) {
        return box.settings.mode === "single" || box.items.indexOf(row.v) < 0;
      });
      if (first) {
        box.onOptionSelect(event, box.getOption(first.v, true));
      }
      this.end(first ? "chosen" : "nothing");
    }

    end(how) {
      if (this.waiting) {
        this.wait(null);
        this.dispatchEvent(new CustomEvent("combo:" + how, { bubbles: true }));
      }
    }
  }

  ComboBox.prototype.asked = null;
  ComboBox.prototype.asking = null;
  ComboBox.prototype.waiting = null;
  ComboBox.prototype.answered = null;
  customElements.define("combo-box", ComboBox);
})();
