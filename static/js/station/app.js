// The station app.

import { openJournal } from "./journal.js";

globalThis.journal = await openJournal();
