// Rectangles are drawn over a photo; each is a row of four numbers, which say the same without this script.
const WHOLE = 1000;
const rows = () => [...document.querySelectorAll("[data-box]")];
const boxes = (row) => [...row.querySelectorAll("input")];
const limited = (number) => Math.max(0, Math.min(WHOLE, number));

function paint(board) {
  board.querySelectorAll(".cover-box").forEach((one) => one.remove());
  rows().forEach((row, at) => {
    const [left, top, width, height] = boxes(row).map((one) => Number.parseInt(one.value, 10));
    if (!(width > 0 && height > 0)) return;
    const box = Object.assign(document.createElement("span"), { className: "cover-box", textContent: at + 1 });
    Object.assign(box.style, {
      left: `${left / 10}%`,
      top: `${top / 10}%`,
      width: `${width / 10}%`,
      height: `${height / 10}%`,
    });
    board.append(box);
  });
}

function place(board, event) {
  const area = board.getBoundingClientRect();
  return [
    limited(((event.clientX - area.left) / area.width) * WHOLE),
    limited(((event.clientY - area.top) / area.height) * WHOLE),
  ];
}

function start(board, event) {
  const row = rows().find((one) => boxes(one).every((box) => !box.value.trim()));
  if (!row || event.button) return;
  event.preventDefault();
  board.setPointerCapture(event.pointerId);
  const [x, y] = place(board, event);
  const move = (next) => {
    const [right, bottom] = place(board, next);
    const [left, top] = [Math.floor(Math.min(x, right)), Math.floor(Math.min(y, bottom))];
    const size = [Math.ceil(Math.abs(right - x)), Math.ceil(Math.abs(bottom - y))];
    const numbers = [left, top, Math.min(size[0], WHOLE - left), Math.min(size[1], WHOLE - top)];
    boxes(row).forEach((box, at) => (box.value = numbers[at]));
    paint(board);
  };
  const end = () => {
    board.removeEventListener("pointermove", move);
    const [, , width, height] = boxes(row).map((box) => Number(box.value));
    if (width < 3 || height < 3) boxes(row).forEach((box) => (box.value = ""));
    paint(board);
  };
  board.addEventListener("pointermove", move);
  board.addEventListener("pointerup", end, { once: true });
  board.addEventListener("pointercancel", end, { once: true });
}

document.addEventListener("pointerdown", (event) => {
  const board = event.target.closest?.("[data-cover]");
  if (board) start(board, event);
});
document.addEventListener("input", (event) => {
  const board = document.querySelector("[data-cover]");
  if (board && event.target.closest("[data-box]")) paint(board);
});
const board = document.querySelector("[data-cover]");
if (board) paint(board);
