/** The collector's worker; `views/pungut.py` puts VERSION, SHELL, SUMS and EXTRAS before it. */
import { serve } from "/static/lapangan/worker.js";
import { sendAll } from "/static/retribusi/pungut/sync.js";

serve({
  page: "/pungut/", prefix: "tidar-pungut-", version: VERSION, shell: SHELL, sums: SUMS, extras: EXTRAS, send: sendAll,
});
