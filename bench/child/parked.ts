// N runs that park, then are released: parked.ts SIDE N. Needs --expose-gc.

import { checkpoint, FloorJournal, shown } from "../floor.ts";
import { bytesIn, inFolder, say, timed } from "../measure.ts";

const [side = "", count = "0"] = process.argv.slice(2);
const runs = Number(count);
const numbers = Array.from({ length: runs }, (_, at) => at);

/** Heap in use after everything that can be let go has been. */
async function heapUsed(): Promise<number> {
  for (let at = 0; at < 4; at += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

await inFolder(side === "floor" ? floor : ours);

async function floor(folder: string): Promise<void> {
  const journal = new FloorJournal(folder, "group");
  const parkAll = (from: number): Promise<unknown> =>
    Promise.all(numbers.map((run) => journal.start(from + run, shown).then(() => journal.park(from + run))));
  await parkAll(0);
  const [heap, disk] = [await heapUsed(), bytesAfter(folder)];
  await parkAll(runs);
  const heapBytes = ((await heapUsed()) - heap) / runs;
  const diskBytes = (bytesAfter(folder) - disk) / runs;
  const ms = await timed(() =>
    Promise.all(numbers.map((run) => journal.step(run, 0, shown).then(() => journal.end(run)))),
  );
  journal.close();
  say({ heapBytes, diskBytes, releasesPerSecond: (runs * 1000) / ms });
}

/** The first lot warms code and caches up; the second lot is what is measured. */
async function ours(folder: string): Promise<void> {
  const { openOurs, reviewed } = await import("../ours.ts");
  const flow = reviewed();
  const fb = await openOurs(folder, [flow]);
  const parkAll = async (): Promise<void> => {
    await Promise.all(numbers.map(async () => void (await (await fb.start(flow, undefined)).settled())));
  };
  await parkAll();
  const [heap, disk] = [await heapUsed(), bytesAfter(folder)];
  await parkAll();
  const heapBytes = ((await heapUsed()) - heap) / runs;
  const diskBytes = (bytesAfter(folder) - disk) / runs;
  const items = (await fb.reviews.list()).slice(0, runs);
  const finished = await Promise.all(items.map((it) => fb.run(it.run)));
  const ms = await timed(async () => {
    const results = finished.map((it) => it.result());
    for (const { run, asked, shownHash } of items) {
      void fb.reviews.decide({ run, asked, shownHash, decision: "approve", by: "bench" });
    }
    await Promise.all(results);
  });
  await fb.close();
  say({ heapBytes, diskBytes, releasesPerSecond: (runs * 1000) / ms });
}

function bytesAfter(folder: string): number {
  checkpoint(folder);
  return bytesIn(folder);
}
