/*
 * The board's charts: data as JSON from the server, colours from the tokens of the theme.
 * ECharts draws on canvas with rich-text tooltips, which a strict content policy allows.
 */
(function () {
  "use strict";

  var host = document.querySelector("[data-board]");
  if (!host || !window.echarts) {
    return;
  }
  var PALETTE = ["#145bb5", "#0b6474", "#116a3c", "#8a4b00", "#5b3aa6", "#a8121a", "#3b4654", "#0d3f7a"];
  var SYMBOLS = ["circle", "rect", "triangle"];
  var LINES = ["solid", "solid", "dashed"];
  var RATES = ["responded", "solved", "satisfied"];
  var charts = [];

  function token(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function axis(options) {
    var grid = token("--grid");
    return Object.assign({
      axisLine: { lineStyle: { color: grid } },
      axisLabel: { color: token("--bs-secondary-color"), fontSize: 11 },
      splitLine: { lineStyle: { color: grid } },
      axisTick: { show: false }
    }, options);
  }

  function base(trigger, options) {
    var ink = token("--bs-body-color");
    return Object.assign({
      color: ["--c1", "--c4", "--c3"].map(token),
      textStyle: { fontFamily: token("--font-cjk"), color: ink },
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      aria: { enabled: true, decal: { show: false } },
      tooltip: {
        renderMode: "richText",
        confine: true,
        trigger: trigger,
        backgroundColor: token("--surface"),
        borderColor: token("--grid"),
        textStyle: { color: ink, fontSize: 12 }
      }
    }, options);
  }

  /* Where there is nothing to draw, words take the place of an empty box. */
  function draw(id, any, options) {
    var place = document.getElementById(id);
    if (!place) {
      return;
    }
    if (!any) {
      place.className = "fs-7 text-body-secondary py-2";
      place.removeAttribute("role");
      place.removeAttribute("aria-label");
      place.textContent = host.dataset.empty;
      return;
    }
    var chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(options);
    charts.push(chart);
  }

  function trend(data) {
    var muted = token("--bs-secondary-color");
    var series = RATES.map(function (rate, i) {
      return {
        name: host.dataset[rate],
        type: "line",
        data: data.history.map(function (month) {
          return month[rate] === null ? null : Number(month[rate]);
        }),
        symbol: SYMBOLS[i],
        symbolSize: 6,
        lineStyle: { width: 2.25, type: LINES[i] },
        endLabel: { show: true, formatter: "{c}%", color: "inherit", fontSize: 11 }
      };
    });
    var known = data.history.some(function (month) {
      return RATES.some(function (rate) { return month[rate] !== null; });
    });
    // A month that carries adjustments of an earlier one may be above 100 %.
    function top(reach) {
      return Math.max(100, Math.ceil(reach.max) || 0);
    }

    draw("c-trend", known, base("axis", {
      legend: { top: 0, right: 0, icon: "roundRect", itemHeight: 3, itemWidth: 14, textStyle: { color: token("--bs-body-color") } },
      grid: { left: 44, right: 60, top: 34, bottom: 24 },
      xAxis: axis({
        type: "category",
        data: data.history.map(function (month) { return month.code; }),
        splitLine: { show: false }
      }),
      yAxis: axis({ type: "value", scale: true, max: top, axisLabel: { formatter: "{value}%", color: muted, fontSize: 11 } }),
      series: series
    }));
  }

  function tree(data) {
    var nodes = data.tree.map(function (top, i) {
      var colour = { color: PALETTE[i % PALETTE.length], borderColor: PALETTE[i % PALETTE.length] };
      return {
        name: top.name,
        value: top.value,
        itemStyle: colour,
        children: top.children.map(function (part) {
          return { name: part.name, value: part.value, itemStyle: { color: colour.color } };
        })
      };
    });
    draw("c-tree", data.tree.length, base("item", {
      series: [{
        type: "treemap",
        data: nodes,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        label: { fontSize: 12, color: "#fff", formatter: "{b}\n{c}" },
        upperLabel: { show: true, height: 22, color: "#fff", fontSize: 12, fontWeight: 600 },
        itemStyle: { borderColor: token("--surface"), borderWidth: 1, gapWidth: 1 },
        levels: [
          { itemStyle: { gapWidth: 4, borderWidth: 0 }, upperLabel: { show: false } },
          { itemStyle: { gapWidth: 1, borderWidth: 2 } },
          { itemStyle: { gapWidth: 1 } }
        ]
      }]
    }));
  }

  /* A week is as wide as there is room for all of them, but a few weeks do not become planks. */
  function cell(data, id) {
    var place = document.getElementById(id);
    var weeks = Math.ceil((new Date(data.until) - new Date(data.since)) / 604800000) + 1;
    return place ? Math.min(22, Math.floor((place.clientWidth - 48) / weeks)) : 14;
  }

  function days(data) {
    var counts = data.days.map(function (day) { return day[1]; });
    var muted = token("--bs-secondary-color");
    draw("c-days", data.days.length, base("item", {
      visualMap: {
        show: false,
        min: 0,
        max: Math.max.apply(null, counts),
        inRange: { color: [token("--gov-blue-50"), "#7fb0ea", "#145bb5", "#0a2f5c"] }
      },
      calendar: {
        range: [data.since, data.until],
        cellSize: [cell(data, "c-days"), 14],
        left: 36,
        top: 22,
        splitLine: { lineStyle: { color: muted, width: 1 } },
        itemStyle: { borderColor: token("--surface"), borderWidth: 2, color: token("--grid") },
        dayLabel: { nameMap: host.dataset.days.split(","), color: muted, fontSize: 10 },
        monthLabel: { nameMap: document.documentElement.lang.indexOf("zh") === 0 ? "ZH" : "EN", color: muted, fontSize: 11 },
        yearLabel: { show: false }
      },
      series: [{ type: "heatmap", coordinateSystem: "calendar", data: data.days }]
    }));
  }

  function drawAll(data) {
    charts.forEach(function (chart) { chart.dispose(); });
    charts = [];
    trend(data);
    tree(data);
    days(data);
  }

  fetch(host.dataset.board, { headers: { Accept: "application/json" } }).then(function (answer) {
    return answer.json();
  }).then(function (data) {
    drawAll(data);
    new ResizeObserver(function () {
      charts.forEach(function (chart) { chart.resize(); });
    }).observe(host);
    new MutationObserver(function () { drawAll(data); }).observe(document.documentElement, {
      attributes: true,
      attributeFilter: ["data-bs-theme"]
    });
  });
})();
