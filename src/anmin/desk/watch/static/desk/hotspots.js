// The map of hot spots comes drawn; here a slider moves its week, and the table beside says the same
// in words. Without this script a date field does it.
const moved = new WeakSet();
const SVG = "http://www.w3.org/2000/svg";

function weekOf(spec, end) {
  const sums = spec.places.map(() => 0);
  spec.counts.forEach(([place, day, count]) => {
    if (day <= end && day > end - spec.week) sums[place] += count;
  });
  return sums;
}

function list(spec, sums) {
  const rows = sums
    .map((count, at) => [spec.places[at], count])
    .filter(([, count]) => count)
    .sort((a, b) => b[1] - a[1])
    .slice(0, spec.listed);
  document.querySelector("[data-week]").replaceChildren(
    ...rows.map(([place, count]) => {
      const row = document.createElement("tr");
      const name = Object.assign(document.createElement("th"), { scope: "row", textContent: place });
      const number = Object.assign(document.createElement("td"), { className: "num", textContent: count });
      row.append(name, number);
      return row;
    }),
  );
}

function draw(root, spec, sums, end) {
  root.querySelectorAll("[data-spot]").forEach((spot) => {
    const at = Number(spot.dataset.spot);
    spot.setAttribute("r", (spec.dot * Math.sqrt(sums[at])).toFixed(1));
    if (!spot.firstChild) spot.append(document.createElementNS(SVG, "title"));
    spot.firstChild.textContent = `${spec.places[at]}: ${sums[at]}`;
  });
  const [first, last] = [spec.days[Math.max(0, end - spec.week + 1)], spec.days[end]];
  root.querySelectorAll("[data-circle]").forEach((circle) => {
    const [begun, ended] = spec.clusters[circle.dataset.circle];
    circle.classList.toggle("map-faint", begun > last || ended < first);
  });
}

function start(root) {
  const spec = JSON.parse(document.getElementById(root.dataset.map).textContent);
  const slider = root.querySelector("#map-day");
  slider.max = spec.days.length - 1;
  slider.min = Math.min(spec.week, spec.days.length) - 1;
  slider.value = Math.max(spec.days.indexOf(root.querySelector("#map-until").value), Number(slider.min));
  root.querySelector("[data-slider]").hidden = false;
  root.querySelector("[data-plain]").hidden = true;
  const show = () => {
    const end = Number(slider.value);
    const sums = weekOf(spec, end);
    document.querySelectorAll("[data-day], [data-week-day]").forEach((said) => {
      said.textContent = spec.days[end];
    });
    slider.setAttribute("aria-valuetext", spec.days[end]);
    list(spec, sums);
    draw(root, spec, sums, end);
  };
  slider.addEventListener("input", show);
  show();
}

function find() {
  document.querySelectorAll("[data-map]").forEach((root) => {
    if (moved.has(root)) return;
    moved.add(root);
    start(root);
  });
}

document.addEventListener("htmx:after:swap", find);
find();
