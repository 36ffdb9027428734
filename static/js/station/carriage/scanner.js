// Reading QR codes from the camera or from pictures: by the browser where it can, else by the
// library. Why there is no camera is said as a word, for the view to explain.

const LARGEST = 960; // pixels a side that are looked at: cheap cameras show no more
const EVERY_MS = 90;

export class NoCamera extends Error {
  // "insecure": no https; "refused": by the user or the system; "none": no camera, or another
  // program has it.
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

let detector;

async function madeDetector() {
  const own = globalThis.BarcodeDetector;
  if (own !== undefined) {
    const formats = await own.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) return new own({ formats: ["qr_code"] });
  }
  const library = await import("../../../vendor/qr/decode.js");
  return new library.BarcodeDetector({ formats: ["qr_code"] });
}

// The texts of the codes in an image, a canvas or a video.
export async function codesIn(source) {
  detector ??= madeDetector();
  return (await (await detector).detect(source)).map((found) => found.rawValue);
}

// The texts of the codes in a picture file; an empty list where there is none in it, or where it
// is no picture.
export async function codesInPicture(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return [];
  }
  // A photograph is large: most codes are found in a smaller copy, some only in a sharper one.
  for (const largest of [LARGEST, 2 * LARGEST, 480]) {
    const found = await codesIn(smaller(picture, picture.width, picture.height, largest));
    if (found.length) return found;
  }
  return [];
}

function smaller(source, width, height, largest) {
  const share = Math.min(1, largest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * share));
  canvas.height = Math.max(1, Math.round(height * share));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// Shows the camera in a video element and calls `seen(text)` for each code in its sight, again
// and again, until the function that it gives is called. Throws NoCamera.
export async function scan(video, seen) {
  if (!globalThis.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new NoCamera("insecure");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    const isRefused = error.name === "NotAllowedError" || error.name === "SecurityError";
    throw new NoCamera(isRefused ? "refused" : "none");
  }
  let isOn = true;
  const stop = () => {
    isOn = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  video.muted = true;
  video.playsInline = true;
  const look = async () => {
    if (!isOn) return;
    if (video.videoWidth && !document.hidden) {
      const found = await codesIn(smaller(video, video.videoWidth, video.videoHeight, LARGEST)).catch(() => []);
      for (const text of found) if (isOn) await seen(text);
    }
    if (isOn) setTimeout(look, EVERY_MS);
  };
  await video.play().catch(() => {});
  look();
  return stop;
}
