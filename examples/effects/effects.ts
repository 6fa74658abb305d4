// What a run changed outside of itself, put right when the run is done again. The notice is invented; the files are real, in
// a new folder below the system's own for such things.
//
//   node --conditions=firebreak-source examples/effects/effects.ts
//
// It prints the folder after each run, and what was done to come there: a file is written once, however often it is asked
// for; a file that a rerun no longer asks for is an orphan, and is taken back; another text amends what stands; and a rerun
// of the same takes over what stands and writes nothing.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open, workflow } from "firebreak";
import { writeFileTool } from "firebreak/toolbox/files";
import { z } from "zod";

const root = mkdtempSync(join(tmpdir(), "firebreak-notices-"));
const writeNotice = writeFileTool({ root, name: "write-notice" });

const Notice = z.object({ room: z.string(), closed: z.string() });

const post = workflow({
  name: "post-notice",
  input: Notice,
  async run(ctx, given) {
    const text = await ctx.step(
      "word",
      given,
      ({ room, closed }) => `(invented) Room ${room} is closed on ${closed}.\n`,
    );
    const path = `room-${given.room}.txt`;
    await ctx.call(writeNotice, { path, text });
    await ctx.call(writeNotice, { path, text }); // the same once more: the receipt answers
    return path;
  },
});

const fb = await open({ journal: ":memory:" });
const first = await fb.start(post, { room: "12", closed: "Monday" });
await first.result();
await show("run", first.id);

const second = await fb.rerun(first.id, { input: { room: "14", closed: "Monday" }, because: "wrong room" });
await second.result();
await show("rerun, another room", second.id);

const third = await fb.rerun(second.id, { input: { room: "14", closed: "Tuesday" }, because: "wrong day" });
await third.result();
await show("rerun, another day", third.id);

const fourth = await fb.rerun(third.id);
await fourth.result();
await show("rerun, nothing changed", fourth.id);

await fb.close();
rmSync(root, { recursive: true });

/** The effects of a run in their order, and the files there are now. */
async function show(title: string, run: string): Promise<void> {
  console.log(title);
  for (const it of await fb.journal.read((await fb.run(run)).id)) {
    if (it.kind === "effect.intended") console.log(`  ${it.data.action ?? "send"} ${it.data.key}`);
    if (it.kind === "effect.adopted") console.log("  taken over");
  }
  for (const name of readdirSync(root).filter((it) => !it.startsWith(".")))
    console.log(`  ${name}: ${readFileSync(join(root, name), "utf8").trim()}`);
}

// Output:
// run
//   send room-12.txt
//   room-12.txt: (invented) Room 12 is closed on Monday.
// rerun, another room
//   send room-14.txt
//   compensate room-12.txt
//   room-14.txt: (invented) Room 14 is closed on Monday.
// rerun, another day
//   amend room-14.txt
//   room-14.txt: (invented) Room 14 is closed on Tuesday.
// rerun, nothing changed
//   taken over
//   taken over
//   room-14.txt: (invented) Room 14 is closed on Tuesday.
