/** Newer versions of the app are taken over only between two receipts. */
import { updates } from "../../lapangan/updates.js";

const SAFE = new Set(["", "riwayat", "lainnya", "siap", "kirim"]);

export const { install, whenSafe } = updates({ worker: "/pungut/sw.js", scope: "/pungut/", safe: (app) => SAFE.has(app.name) });
