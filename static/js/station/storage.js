// Room on the device, and its battery: asked of the browser, where it tells.

const LOW_BYTES = 20_000_000;
const LOW_SHARE = 0.05;

/** Ask the browser to keep what this page stores. True where it promises to. */
export async function keepForGood(storage = navigator.storage) {
  try {
    return (await storage.persisted()) || (await storage.persist());
  } catch {
    return false;
  }
}

/** {used, quota, isPersisted, isLow}: bytes, null where the browser does not tell. */
export async function room(storage = navigator.storage) {
  try {
    const { usage, quota } = await storage.estimate();
    return { used: usage, quota, isPersisted: await storage.persisted(), isLow: isLow(usage, quota) };
  } catch {
    return { used: null, quota: null, isPersisted: false, isLow: false };
  }
}

/** Whether it is time to say that the room is running out, which is before it has. */
export function isLow(used, quota) {
  const left = quota - used;
  return left < LOW_BYTES || left < LOW_SHARE * quota;
}

/** Tell `changed({battery: per cent, isCharging})` now and whenever it changes. */
export async function watchBattery(changed) {
  try {
    const battery = await navigator.getBattery();
    const tell = () => changed({
      battery: Math.round(battery.level * 100), isCharging: battery.charging,
    });
    battery.addEventListener("levelchange", tell);
    battery.addEventListener("chargingchange", tell);
    tell();
  } catch {
    // This browser does not tell.
  }
}
