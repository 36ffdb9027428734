// The service worker, by which the app opens without a network, and new versions of the app.
//
// A new version is fetched beside the one that runs, and takes its place when that is asked for,
// or when no tab is open any more. Records are in IndexedDB, which no version owns.

const WORKER = "/station/worker.js";
const SCOPE = "/station";
const LOOKS_EVERY_MS = 600_000;

/** Register the worker and tell `changed(app)` how it stands; gives how it stands now. */
export function followApp(changed) {
  const version = document.querySelector("meta[name='bivouac-app']")?.content ?? "";
  const app = { version, isWorkerReady: false, isUpdateReady: false, takeOver: null };
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined || !globalThis.isSecureContext) return app;
  let isAsked = false;
  const follow = (registration) => {
    app.isWorkerReady = registration.active !== null;
    app.isUpdateReady = registration.waiting !== null && registration.active !== null;
    app.takeOver = () => {
      isAsked = true;
      if (registration.waiting === null) location.reload();
      else registration.waiting.postMessage("take over");
    };
    changed({ ...app });
  };
  serviceWorker.addEventListener("controllerchange", () => {
    // The first worker takes a page that is running as it is.
    if (isAsked) location.reload();
    else serviceWorker.ready.then(follow);
  });
  serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" }).then((registration) => {
    follow(registration);
    const watch = (worker) => worker?.addEventListener("statechange", () => follow(registration));
    watch(registration.installing);
    registration.addEventListener("updatefound", () => watch(registration.installing));
    setInterval(() => registration.update().catch(() => {}), LOOKS_EVERY_MS);
  }).catch(() => changed({ ...app }));
  return app;
}
