/*
 * The staff pages' custom elements: they start themselves after every htmx swap, so nothing is wired twice.
 * ES2017, no eval, no inline code; docs/ui.md tells a page author how to use each part. First of the parts:
 * what all of them use stands here.
 */
(function () {
  "use strict";

  var hotline = window.hotline;
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

  /* What is ticked or pressed, not typed into. */
  function clickable(element) {
    return CLICKABLE.test(element.type);
  }

  function editable(element) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) ? !clickable(element) : element.isContentEditable;
  }

  Object.assign(hotline, { one: one, all: all, visible: visible, clickable: clickable, editable: editable });

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
  customElements.define("photo-drop", PhotoDrop);
})();
