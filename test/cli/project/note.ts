// A small workflow for the command line's own tests: a function, an agent with a gate, a review.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agent, grounded, retry, review, workflow } from "firebreak";
import { z } from "zod";

const Note = z.object({ text: z.string() });

export const quoter = agent({
  name: "quoter",
  input: Note,
  instructions: "Quote the second line.",
  models: ["fast"],
  output: z.object({ quote: z.string() }),
  checks: [grounded("quote")],
  onFail: [retry(1), review({ to: "editor", ask: "Which quote holds?" })],
});

export const input = () => ({
  text: readFileSync(process.env["NOTE_FILE"] ?? join(import.meta.dirname, "note.txt"), "utf8"),
});

export const summary = (output: unknown): string => `The note says: ${(output as { quote: string }).quote}`;

export default workflow({
  name: "note",
  input: Note,
  async run(ctx, { text }) {
    const lines = await ctx.step("count", { text }, (it) => it.text.split("\n").length);
    const found = await ctx.call(quoter, { text });
    const agreed = await ctx.review("Is this the quote?", found, { to: "editor" });
    return { quote: agreed.quote, lines };
  },
});
