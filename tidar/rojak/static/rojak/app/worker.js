/** The patrol's worker; `views/app.py` puts VERSION, SHELL, SUMS and EXTRAS before it. */
import { serve } from "/static/lapangan/worker.js";
import { sendAll } from "/static/rojak/app/sync.js";

serve({
  page: "/rojak/", prefix: "tidar-rojak-", version: VERSION, shell: SHELL, sums: SUMS, extras: EXTRAS, send: sendAll,
});
