// What both views say.

const NO_CAMERA = {
  insecure: "The browser gives no camera here, since this address is not https.",
  refused: "The camera was refused. Allow it for this page in the browser's settings.",
  none: "There is no camera, or another program uses it.",
};

export function noCameraWords(reason) {
  return NO_CAMERA[reason] ?? NO_CAMERA.none;
}

export const count = (number, one, several = `${one}s`) => `${number} ${number === 1 ? one : several}`;
