// A QR code on a canvas: black on white whatever the colours of the app, a whole number of pixels
// a square, and the quiet margin that readers need.

import encodeQR from "../../../vendor/qr/index.js";

const MARGIN = 4; // squares

// Draws the text as large as `side` CSS pixels allow.
export function drawCode(canvas, text, side) {
  const squares = encodeQR(text, "raw", { ecc: "medium", border: MARGIN });
  const room = side * (globalThis.devicePixelRatio || 1);
  const size = Math.max(2, Math.floor(room / squares.length));
  canvas.width = squares.length * size;
  canvas.height = canvas.width;
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.fillStyle = "#000";
  squares.forEach((line, y) => line.forEach((isDark, x) => {
    if (isDark) paper.fillRect(x * size, y * size, size, size);
  }));
}
