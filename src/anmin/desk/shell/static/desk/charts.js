// Figures as honest pictures: dots with whiskers, lines with bands, bars from zero only, n beside
// every value, suppressed cells hatched. Each <figure data-chart> has its table beside it; without
// this script the table is all there is. Drawn as SVG and without motion: complete at once, sharp on
// paper.
let library = null;
const drawn = new Map();
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
const SHAPES = ["circle", "rect", "triangle", "diamond"];
const STRIP = 16;
const COLOURS = ["--ink", "--muted", "--line", "--surface", "--raised", "--action", "--risk", "--done"];

function colours(figure) {
  const style = getComputedStyle(figure);
  const [ink, muted, line, surface, raised, ...series] = COLOURS.map((name) => style.getPropertyValue(name).trim());
  return { ink, muted, line, surface, raised, series: [...series, muted], font: style.fontFamily };
}

function reader(spec) {
  const scale = spec.unit === "percent" ? 100 : 1;
  const suffix = spec.unit === "percent" ? "%" : "";
  return {
    raw: (value) => (value == null ? null : value * scale),
    axis: (value) => value.toLocaleString(document.documentElement.lang) + suffix,
  };
}

// --- pieces that ECharts does not bring -------------------------------------------------------
function whisker(series, index, read, colour, shift) {
  return {
    type: "custom",
    silent: true,
    z: 3,
    data: series.points.map((point, at) => [at, read.raw(point.low), read.raw(point.high)]),
    renderItem(params, api) {
      if (Number.isNaN(api.value(1))) return null;
      const across = api.value(0);
      const low = shift.flat ? api.coord([api.value(1), across]) : api.coord([across, api.value(1)]);
      const high = shift.flat ? api.coord([api.value(2), across]) : api.coord([across, api.value(2)]);
      const move = shift.px * (index - (shift.count - 1) / 2);
      const place = shift.flat
        ? { x1: low[0], x2: high[0], y1: low[1] + move, y2: high[1] + move }
        : { x1: low[0] + move, x2: high[0] + move, y1: low[1], y2: high[1] };
      return { type: "line", shape: place, style: { stroke: colour, lineWidth: 2 } };
    },
  };
}

function band(series, read, colour) {
  const points = series.points;
  return {
    type: "custom",
    silent: true,
    z: 1,
    data: points.slice(1).map((_, at) => [at, at + 1]),
    renderItem(params, api) {
      const [a, b] = [points[api.value(0)], points[api.value(1)]];
      if ([a, b].some((point) => point.low == null)) return null; // no band across a gap
      const corner = (at, value) => api.coord([at, read.raw(value)]);
      const [i, j] = [api.value(0), api.value(1)];
      return {
        type: "polygon",
        shape: { points: [corner(i, a.low), corner(j, b.low), corner(j, b.high), corner(i, a.high)] },
        style: { fill: colour, opacity: 0.16 },
      };
    },
  };
}

// A hatched column where a value is withheld, so that a gap is not read as zero; only a strip at
// the axis where other series have a value to show.
function withheld(spec, palette, flat) {
  const count = (at) => spec.series.filter((series) => series.points[at].suppressed).length;
  const places = spec.series[0].points.map((_, at) => at).filter(count);
  return {
    type: "custom",
    silent: true,
    z: 0,
    data: places.map((at) => [at, count(at) === spec.series.length ? 1 : 0]),
    renderItem(params, api) {
      const box = params.coordSys;
      const middle = flat ? api.coord([0, api.value(0)])[1] : api.coord([api.value(0), 0])[0];
      const width = Math.min(28, flat ? box.height / 4 : box.width / 8);
      const long = api.value(1) ? (flat ? box.width : box.height) : STRIP;
      const shape = flat
        ? { x: box.x, y: middle - width / 2, width: long, height: width }
        : { x: middle - width / 2, y: box.y + box.height - long, width, height: long };
      return {
        type: "rect",
        shape,
        style: {
          fill: palette.raised,
          decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: palette.muted },
        },
      };
    },
  };
}

// --- one option per kind ----------------------------------------------------------------------
function marks(spec, read, palette) {
  if (spec.reference == null) return undefined;
  const at = read.raw(spec.reference);
  const upright = spec.kind === "dots-interval";
  // The name of a reference line stands upright above a vertical one.
  const place = upright ? { position: "start", rotate: 0, distance: 3 } : { position: "insideEndTop" };
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: palette.muted, type: "dashed", width: 1 },
    label: { formatter: spec.referenceLabel, color: palette.muted, ...place },
    data: [upright ? { xAxis: at } : { yAxis: at }],
  };
}

function values(series, read, flat) {
  return series.points.map((point, at) => ({
    value: flat ? [read.raw(point.value), at] : [at, read.raw(point.value)],
    url: point.url,
  }));
}

function lineBand(spec, read, palette) {
  return spec.series.flatMap((series, index) => {
    const colour = palette.series[index % palette.series.length];
    return [
      band(series, read, colour),
      {
        type: "line",
        name: series.name,
        data: values(series, read, false),
        connectNulls: false,
        symbol: SHAPES[index % SHAPES.length],
        symbolSize: 6,
        lineStyle: { color: colour, width: 2, type: DASHES[index % DASHES.length] },
        itemStyle: { color: colour },
        markLine: index === 0 ? marks(spec, read, palette) : undefined,
        z: 4,
      },
    ];
  });
}

function dotsInterval(spec, read, palette) {
  const shift = { flat: true, px: 10, count: spec.series.length };
  return spec.series.flatMap((series, index) => {
    const colour = palette.series[index % palette.series.length];
    return [
      whisker(series, index, read, colour, shift),
      {
        type: "scatter",
        name: series.name,
        data: values(series, read, true),
        symbol: SHAPES[index % SHAPES.length],
        symbolSize: 10,
        symbolOffset: [0, shift.px * (index - (shift.count - 1) / 2)],
        itemStyle: { color: colour, opacity: 1 },
        markLine: index === 0 ? marks(spec, read, palette) : undefined,
        z: 4,
      },
    ];
  });
}

function bars(spec, read, palette) {
  const estimated = spec.series.length === 1 && spec.series[0].points.some((p) => p.low != null);
  return spec.series.flatMap((series, index) => {
    const colour = palette.series[index % palette.series.length];
    const bar = {
      type: "bar",
      name: series.name,
      data: values(series, read, false),
      barMaxWidth: 36,
      itemStyle: { color: colour },
      markLine: index === 0 ? marks(spec, read, palette) : undefined,
    };
    const upright = { flat: false, px: 0, count: 1 };
    return estimated ? [bar, whisker(series, 0, read, palette.ink, upright)] : [bar];
  });
}

// Shares against their n; the limits of chance open towards the small.
function funnel(figure, spec) {
  const palette = colours(figure);
  const read = reader(spec);
  const text = { color: palette.muted, fontFamily: palette.font, fontSize: 12 };
  const limit = (column, type) => ({
    type: "line",
    silent: true,
    symbol: "none",
    data: spec.funnel.map((row) => [row[0], read.raw(row[column])]),
    lineStyle: { color: palette.muted, width: 1, type },
    z: 2,
  });
  const points = spec.series[0].points.filter((point) => point.value != null);
  const heights = [...points.map((p) => p.value), ...spec.funnel.flatMap((row) => row.slice(1))].map(read.raw);
  const axis = (more) => ({ type: "value", axisLabel: { ...text, hideOverlap: true }, splitLine: { lineStyle: { color: palette.line } }, ...more });
  return {
    ...shared(figure, palette),
    grid: { left: 8, right: 24, top: 14, bottom: 24, containLabel: true },
    tooltip: {
      ...tip(palette),
      trigger: "item",
      formatter: (hit) => `${points[hit.dataIndex].at}\n${points[hit.dataIndex].label}`,
    },
    xAxis: axis({ min: 0, name: "n", nameLocation: "middle", nameGap: 24, nameTextStyle: text }),
    yAxis: axis({
      min: Math.max(0, Math.floor(Math.min(...heights) / 5) * 5),
      max: Math.min(100, Math.ceil(Math.max(...heights) / 5) * 5),
      axisLabel: { ...text, formatter: read.axis },
    }),
    series: [
      ...[1, 2].map((column) => limit(column, "dashed")),
      ...[3, 4].map((column) => limit(column, "solid")),
      {
        type: "scatter",
        symbolSize: 9,
        data: points.map((point) => ({ value: [point.n, read.raw(point.value)], url: point.url })),
        itemStyle: { color: palette.series[0] },
        markLine: marks(spec, read, palette),
        z: 4,
      },
    ],
  };
}

const KINDS = { "line-band": lineBand, "dots-interval": dotsInterval, bars };

const shared = (figure, palette) => ({
  animation: false, // what is printed or copied is whole at once
  textStyle: { fontFamily: palette.font },
  aria: { enabled: true, label: { description: figure.querySelector("h3").textContent } },
});

const tip = (palette) => ({
  renderMode: "richText", // HTML tooltips carry inline styles, which the page's policy refuses
  confine: true,
  backgroundColor: palette.surface,
  borderColor: palette.line,
  textStyle: { color: palette.ink, fontFamily: palette.font, fontSize: 12 },
});

function option(figure, spec) {
  if (spec.kind === "funnel") return funnel(figure, spec);
  const palette = colours(figure);
  const read = reader(spec);
  const flat = spec.kind === "dots-interval";
  const names = spec.series[0].points.map((point) => point.at);
  const counts = names.map((_, at) => sharedCount(spec, at));
  const named = (name, at) => (counts[at] ? `${name}${flat ? "  " : "\n"}{n|n ${counts[at]}}` : name);
  const text = { color: palette.muted, fontFamily: palette.font, fontSize: 12 };
  const narrow = flat && figure.clientWidth < 480 ? { width: 132, overflow: "break" } : {};
  const category = {
    type: "category",
    data: names,
    inverse: flat,
    axisLabel: { ...text, ...narrow, hideOverlap: !flat, formatter: named, rich: { n: { ...text, fontSize: 11 } } },
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
  };
  const value = {
    type: spec.log ? "log" : "value",
    // Bars have no honest scale but the one from zero.
    scale: spec.kind !== "bars",
    ...(spec.log ? doublings(spec, read) : limits(spec, read)),
    axisLabel: { ...text, hideOverlap: true, formatter: read.axis },
    splitLine: { lineStyle: { color: palette.line } },
  };
  return {
    ...shared(figure, palette),
    grid: { left: 8, right: 20, top: spec.series.length > 1 ? 34 : flat && spec.reference != null ? 26 : 14, bottom: 6, containLabel: true },
    legend: spec.series.length > 1
      ? { top: 0, left: 0, textStyle: { ...text, color: palette.ink }, itemWidth: 28, data: spec.series.map((s) => s.name) }
      : undefined,
    tooltip: {
      trigger: "axis",
      axisPointer: { type: spec.kind === "line-band" ? "line" : "shadow", lineStyle: { color: palette.line } },
      ...tip(palette),
      formatter: (hits) => told(spec, names.indexOf(hits[0].axisValue)),
    },
    xAxis: flat ? value : category,
    yAxis: flat ? category : value,
    series: [withheld(spec, palette, flat), ...KINDS[spec.kind](spec, read, palette)],
  };
}

// n stands beside the place or month when all series share it; it is in every tooltip and row.
function sharedCount(spec, at) {
  const counts = spec.series.map((series) => series.points[at]).filter((p) => p.n != null).map((p) => p.n);
  return counts.length && counts.every((n) => n === counts[0]) ? counts[0].toLocaleString() : "";
}

function told(spec, at) {
  const lines = spec.series.map((series) => `${series.name}  ${series.points[at].label}`);
  return [spec.series[0].points[at].at, ...lines].join("\n");
}

function reach(spec, read, pick) {
  const all = spec.series.flatMap((one) => one.points.flatMap((point) => [point.low, point.high, point.value]));
  return pick(...[...all, spec.reference].filter((value) => value != null).map(read.raw));
}

// The scale is wide enough for every interval, never cut inside one.
const lowest = (spec, read) => {
  const [low, high] = [Math.min, Math.max].map((pick) => reach(spec, read, pick));
  return Math.max(low >= 0 ? 0 : -Infinity, Math.floor((low - (high - low) * 0.1) / 5) * 5);
};
const limits = (spec, read) => {
  const bars = spec.kind === "bars";
  const most = reach(spec, read, Math.max);
  return {
    min: bars ? 0 : lowest(spec, read),
    // Intervals are drawn by hand, so the axis must be told of them.
    max: spec.unit === "percent" && !bars ? highest(spec, read) : (shown) => (most > shown.max ? Math.ceil(most) : null),
  };
};
const doublings = (spec, read) => ({
  logBase: 2,
  min: 2 ** Math.floor(Math.log2(reach(spec, read, Math.min))),
  max: 2 ** Math.ceil(Math.log2(reach(spec, read, Math.max))),
});
const highest = (spec, read) => Math.min(100, Math.ceil(reach(spec, read, Math.max) / 5) * 5);

// --- drawing ----------------------------------------------------------------------------------
async function data(figure) {
  const source = figure.dataset.source;
  const inPage = document.getElementById(source);
  if (inPage) return JSON.parse(inPage.textContent);
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${source}: ${answer.status}`);
  return answer.json();
}

async function draw(figure) {
  const canvas = figure.querySelector("[data-canvas]");
  const [spec, echarts] = await Promise.all([data(figure), (library ??= import(figure.dataset.echarts))]);
  canvas.hidden = false;
  if (spec.kind === "dots-interval") {
    const rows = spec.series[0].points.length * Math.max(1, spec.series.length * 0.6);
    canvas.style.height = `${Math.round(rows * 30 + 60)}px`;
  }
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption(option(figure, spec));
  fit(chart);
  chart.on("click", (hit) => hit.data?.url && location.assign(hit.data.url));
  drawn.set(figure, { chart, spec });
  figure.querySelector("[data-table-toggle]").hidden = false;
  showTable(figure, false);
}

// With a view box the drawing takes any width, on paper too.
function fit(chart) {
  const box = `0 0 ${chart.getWidth()} ${chart.getHeight()}`;
  chart.getDom().querySelector("svg")?.setAttribute("viewBox", box);
}

function showTable(figure, shown) {
  figure.querySelector("[data-table]").hidden = !shown;
  figure.querySelector("[data-table-toggle]").setAttribute("aria-expanded", String(shown));
}

document.addEventListener("click", (event) => {
  const figure = event.target.closest("[data-table-toggle]")?.closest("figure");
  if (figure) showTable(figure, figure.querySelector("[data-table]").hidden);
});

const paper = matchMedia("print");
const watcher = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    watcher.unobserve(entry.target);
    // A figure that cannot be drawn still has its table.
    draw(entry.target).catch((error) => console.error("figure", entry.target.id, error));
  });
}, { rootMargin: "100000px" }); // what is printed unseen is drawn too

function find(root) {
  root.querySelectorAll("figure[data-chart]").forEach((figure) => {
    if (!drawn.has(figure)) watcher.observe(figure);
  });
  drawn.forEach(({ chart }, figure) => {
    if (figure.isConnected) return;
    chart.dispose();
    drawn.delete(figure);
  });
}

function redraw() {
  drawn.forEach(({ chart, spec }, figure) => chart.setOption(option(figure, spec), { notMerge: true }));
}

window.addEventListener("resize", () => {
  if (paper.matches) return; // there the view box gives the size, and a canvas may have no height
  drawn.forEach(({ chart }) => {
    chart.resize();
    fit(chart);
  });
});
document.addEventListener("anmin:theme", redraw);
paper.addEventListener("change", redraw); // on paper the ink is black, also at night
document.addEventListener("htmx:after:swap", () => find(document));
find(document);
