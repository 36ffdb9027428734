// Asking an installation: its clock, what the key is for, who may come, how the field stands.

import { measured, reading } from "./clock.js";

const API = "/api/v1/station";
const ROUND_TRIPS = 4;
const CLOCK_WITHIN_MS = 8000;
const ANSWERS_WITHIN_MS = 30_000;

/** The installation answered, but not with what was asked for. */
export class Refusal extends Error {
  constructor(status, { retryAfter = null, isOurs = false } = {}) {
    super(`answered ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;  // seconds
    this.isOurs = isOurs;          // said by an installation, and not by something on the way
  }
}

/** The device's clocks. */
export const CLOCKS = { wall: () => Date.now(), mono: () => performance.now() };

/** The offset to the installation's clock, as `measured` gives it; throws where none answers. */
export async function measureClock(clocks = CLOCKS) {
  const trips = [];
  for (let nth = 0; nth < ROUND_TRIPS; nth += 1) {
    const sent = reading(clocks);
    let answer;
    try {
      answer = await ask("/clock", { within: CLOCK_WITHIN_MS });
    } catch (error) {
      if (trips.length > 0) break;
      throw error;
    }
    const received = reading(clocks);
    const { now } = await json(answer);
    if (!Number.isSafeInteger(now)) throw new Refusal(answer.status);
    trips.push({ sent, received, now });
  }
  return measured(trips);
}

/** The post of a key: {body, etag}, null where `etag` is still right. */
export function askPost(key, etag) {
  return asked("/post", key, etag);
}

/** The start list of a key's post, likewise. */
export function askStartList(key, etag) {
  return asked("/start-list", key, etag);
}

/** How the field stands at a control, likewise. */
export function askField(key, stage, control, etag) {
  return asked(`/field?${new URLSearchParams({ stage, control })}`, key, etag);
}

/** Bring records and how the device is. The whole answer, or an error. */
export async function bring(key, device, records) {
  const answer = await ask("/records", {
    key,
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ device, records }),
  });
  const body = await json(answer);
  if (!Array.isArray(body.verdicts) || typeof body.node?.id !== "string") {
    throw new Refusal(answer.status);
  }
  return body;
}

async function asked(path, key, etag) {
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await ask(path, { key, headers });
  if (answer.status === 304) return null;
  return { body: await json(answer), etag: answer.headers.get("ETag") };
}

/** Fetch, in time; the body is still to be read, and counts in the time too. */
async function ask(path, { key = null, headers = {}, within = ANSWERS_WITHIN_MS, ...rest } = {}) {
  const answer = await fetch(API + path, {
    ...rest,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    headers: { ...headers, ...(key === null ? {} : { Authorization: `Bearer ${key}` }) },
    signal: AbortSignal.timeout(within),
  });
  if (!answer.ok && answer.status !== 304) {
    const wait = Number(answer.headers.get("Retry-After"));
    throw new Refusal(answer.status, {
      retryAfter: wait > 0 ? wait : null,
      isOurs: (answer.headers.get("Content-Type") ?? "").includes("json"),
    });
  }
  return answer;
}

/** The body of an answer; half a body, or a page of somebody on the way, is an error. */
async function json(answer) {
  const body = await answer.json();
  if (body === null || typeof body !== "object") throw new Refusal(answer.status);
  return body;
}
