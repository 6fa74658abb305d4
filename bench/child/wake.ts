// A run that parks again and again: wake.ts open|closed PARKS BETWEEN. Says the
// median time from a signal to the first step after it.

import { inFolder, instant, median, say } from "../measure.ts";
import { openOurs, parking } from "../ours.ts";

const [scopes = "", parks = "0", between = "0"] = process.argv.slice(2);
const wokenAt: number[] = [];

await inFolder(async (folder) => {
  const flow = parking(
    Number(parks),
    Number(between),
    scopes === "closed",
    (park) => (wokenAt[park] = instant()),
  );
  const fb = await openOurs(folder, [flow]);
  const run = await fb.start(flow, undefined);
  const times: number[] = [];
  for (let park = 0; park < Number(parks); park += 1) {
    await run.settled();
    const began = instant();
    await run.signal(`go-${park}`, park);
    await woken(park);
    times.push((wokenAt[park] ?? Number.NaN) - began);
  }
  await run.result();
  await fb.close();
  say({ p50Ms: median(times) });
});

async function woken(park: number): Promise<void> {
  while (wokenAt[park] === undefined) await new Promise((resolve) => setImmediate(resolve));
}
