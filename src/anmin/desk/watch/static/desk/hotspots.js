// The map of hot spots: communities by their coordinates, sized by the reports of a week, with the
// scan's circles. The slider moves the week; the table beside says the same in words. Without this
// script a date field and the table are there.
let library = null;
const maps = new Map();
const KM_PER_DEGREE = 111.32;

function palette(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    muted: read("--muted"),
    line: read("--line"),
    surface: read("--surface"),
    action: read("--action"),
    late: read("--late"),
    font: style.fontFamily,
  };
}

// --- the week ---------------------------------------------------------------------------------
function weekOf(spec, end) {
  const sums = spec.places.map(() => 0);
  spec.counts.forEach(([place, day, count]) => {
    if (day <= end && day > end - spec.week) sums[place] += count;
  });
  return sums;
}

function list(root, spec, sums) {
  const body = root.ownerDocument.querySelector("[data-week]");
  const rows = sums
    .map((count, at) => [spec.places[at][0], count])
    .filter(([, count]) => count)
    .sort((a, b) => b[1] - a[1])
    .slice(0, spec.listed);
  body.replaceChildren(
    ...rows.map(([place, count]) => {
      const row = document.createElement("tr");
      const name = Object.assign(document.createElement("th"), { scope: "row", textContent: place });
      const number = Object.assign(document.createElement("td"), { className: "num", textContent: count });
      row.append(name, number);
      return row;
    }),
  );
}

// --- the drawing ------------------------------------------------------------------------------
// The part of the world that holds what matters: everywhere with reports, a little room around.
function frame(spec, canvas) {
  const points = [...spec.places.map((p) => [p[1], p[2]]), ...spec.clusters.map((c) => c.at)];
  const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
  const [x, y] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const centre = [middle(x), middle(y)];
  const shrink = Math.cos((centre[1] * Math.PI) / 180);
  const wide = (Math.max(...x) - Math.min(...x)) * shrink * 1.14 + 0.02;
  const high = (Math.max(...y) - Math.min(...y)) * 1.14 + 0.02;
  // One kilometre is as long up as across.
  const degree = Math.max(wide / canvas.clientWidth, high / canvas.clientHeight);
  const half = [(degree * canvas.clientWidth) / 2 / shrink, (degree * canvas.clientHeight) / 2];
  return { min: centre.map((c, at) => c - half[at]), max: centre.map((c, at) => c + half[at]), shrink };
}

const faint = (one, lasts) => (lasts ? 1 : 0.35) * (one.claimed ? 1 : 0.6);

function rings(spec, colours, end) {
  return {
    type: "custom",
    silent: true,
    z: 5,
    data: spec.clusters.map((c) => c.at),
    renderItem(params, api) {
      const one = spec.clusters[params.dataIndex];
      const [x, y] = api.coord(one.at);
      const edge = api.coord([one.at[0], one.at[1] + one.km / KM_PER_DEGREE]);
      const r = Math.max(12, y - edge[1] + 8);
      const lasts = spec.days[end] >= one.first && spec.days[Math.max(0, end - spec.week + 1)] <= one.last;
      const stroke = one.claimed ? colours.late : colours.muted;
      return {
        type: "group",
        children: [
          {
            type: "circle",
            shape: { cx: x, cy: y, r },
            style: {
              fill: "none",
              stroke,
              lineWidth: one.claimed ? 3 : 1,
              lineDash: one.claimed ? "solid" : [4, 4],
              opacity: faint(one, lasts),
            },
          },
          {
            type: "text",
            style: {
              text: one.label,
              x,
              y: y - r - 2,
              align: "center",
              verticalAlign: "bottom",
              fill: stroke,
              font: `${one.claimed ? 700 : 400} 13px ${colours.font}`,
              opacity: faint(one, lasts),
            },
          },
        ],
      };
    },
  };
}

function option(root, spec, end) {
  const colours = palette(root);
  const area = frame(spec, root.querySelector("[data-canvas]"));
  const sums = weekOf(spec, end);
  const axis = (at) => ({ type: "value", show: false, min: area.min[at], max: area.max[at] });
  const text = { color: colours.muted, fontFamily: colours.font, fontSize: 12 };
  return {
    animation: false,
    textStyle: { fontFamily: colours.font },
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: axis(0),
    yAxis: axis(1),
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 12 },
      formatter: (hit) => (hit.data?.name ? `${hit.data.name}  ${hit.data.count}` : ""),
    },
    series: [
      {
        type: "scatter",
        silent: true,
        symbolSize: 3,
        itemStyle: { color: colours.line, opacity: 1 },
        data: spec.places.map((p) => [p[1], p[2]]),
        z: 1,
      },
      {
        type: "scatter",
        silent: true,
        symbolSize: 0.1,
        data: spec.towns.map((p) => ({ value: [p[1], p[2]], name: p[0] })),
        label: { show: true, formatter: (hit) => hit.data.name, ...text },
        labelLayout: { hideOverlap: true },
        z: 2,
      },
      {
        type: "scatter",
        data: spec.places
          .map((p, at) => ({ value: [p[1], p[2]], name: p[0], count: sums[at] }))
          .filter((one) => one.count),
        // The surface, not the width, grows with the number.
        symbolSize: (value, hit) => 7 * Math.sqrt(hit.data.count),
        itemStyle: { color: colours.action, opacity: 0.75, borderColor: colours.surface, borderWidth: 1 },
        z: 4,
      },
      rings(spec, colours, end),
    ],
  };
}

async function draw(root) {
  const spec = JSON.parse(document.getElementById(root.dataset.map).textContent);
  const echarts = await (library ??= import(root.dataset.echarts));
  const canvas = root.querySelector("[data-canvas]");
  canvas.hidden = false;
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  const slider = root.querySelector("#map-day");
  const until = root.querySelector("#map-until").value;
  slider.max = spec.days.length - 1;
  slider.min = Math.min(spec.week, spec.days.length) - 1;
  slider.value = Math.max(spec.days.indexOf(until), Number(slider.min));
  root.querySelector("[data-slider]").hidden = false;
  root.querySelector("[data-plain]").hidden = true;
  const show = () => {
    const end = Number(slider.value);
    root.querySelector("[data-day]").textContent = spec.days[end];
    document.querySelector("[data-week-day]").textContent = spec.days[end];
    slider.setAttribute("aria-valuetext", spec.days[end]);
    list(root, spec, weekOf(spec, end));
    chart.setOption(option(root, spec, end), { notMerge: true });
  };
  slider.addEventListener("input", show);
  maps.set(root, { chart, show });
  show();
}

function find() {
  document.querySelectorAll("[data-map]").forEach((root) => {
    // A map that cannot be drawn still has its table.
    if (!maps.has(root)) draw(root).catch((error) => console.error("map", error));
  });
  maps.forEach(({ chart }, root) => {
    if (root.isConnected) return;
    chart.dispose();
    maps.delete(root);
  });
}

window.addEventListener("resize", () =>
  maps.forEach(({ chart, show }) => {
    chart.resize();
    show();
  }),
);
document.addEventListener("anmin:theme", () => maps.forEach(({ show }) => show()));
document.addEventListener("htmx:after:swap", find);
find();
