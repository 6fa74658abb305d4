// The compiled package: opens a journal, starts a run, and says when its first step began.
import { open, workflow } from "firebreak";

let at = 0;
const flow = workflow({
  name: "first-step",
  run: (ctx) =>
    ctx.step("first", 1, () => {
      at = performance.timeOrigin + performance.now();
      return 1;
    }),
});
const fb = await open({ journal: `${process.argv[2]}/journal.db`, workflows: [flow] });
await (await fb.start(flow)).result();
await fb.close();
console.log(JSON.stringify({ at }));
