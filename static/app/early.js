/* A key pressed before the page can answer it waits here; keys.js gives it back. Fields take their own letters. */
(function () {
  var typeahead = (window.typeahead = { held: [], shut: function () { return document.readyState !== "complete"; } });
  window.addEventListener("keydown", function (event) {
    var at = event.target, mod = event.ctrlKey || event.metaKey;
    var typing = at.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio|button|submit|reset|file)$/.test(at.type));
    var enter = event.key === "Enter" && (mod || (at === document.body && typeahead.held.length > 0));
    var ours = mod ? /^k$/i : event.altKey ? /^[!-~]$/ : typing ? /^F\d+$/ : /^([!-~]|F\d+)$/;
    if (event.isTrusted && !event.isComposing && (enter || ours.test(event.key)) && typeahead.shut(event)) {
      typeahead.held.push(event);
      event.stopImmediatePropagation();
      if (enter || event.key.length === 1) event.preventDefault();
    }
  }, true);
})();
