/*
 * Dialogs, the palette in one of them, and the small things a click does. After elements.js.
 */
(function () {
  "use strict";

  var hotline = window.hotline;
  var one = hotline.one;
  var all = hotline.all;
  /* What the palette's list answers, and the Enter that waits for an answer not yet there. */
  var answered = null;
  var waiting = false;

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
      answered = null;
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
    if (event.key === "Enter") {
      event.preventDefault();
      waiting = one("input", dialog).value !== answered;
      if (!waiting && options.length) {
        (options[now] || options[0]).click();
      }
    }
  }

  document.addEventListener("keydown", paletteKeys);
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.elt.id !== "cmdlist") {
      return;
    }
    var input = one("dialog.cmd input");
    var options = all("#cmdlist [role=option]");
    var chosen = options.find(function (option) {
      return option.getAttribute("aria-selected") === "true";
    });
    if (options.length && !chosen) {
      choose(options, (chosen = options[0]), input);
    }
    answered = event.detail.requestConfig.parameters.q;
    if (waiting && input.value === answered) {
      waiting = false;
      if (chosen) {
        chosen.click();
      }
    }
  });
  document.addEventListener("input", function () {
    waiting = false;
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

  hotline.openDialog = openDialog;
})();
