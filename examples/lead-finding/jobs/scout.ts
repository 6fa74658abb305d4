// What the baseline does for the scout: cuts out, word for word, the statements that hold a quantity. No language model:
// it understands nothing, it only knows what a statement of a quantity looks like.

import { type BaselineJob, baselineJob, useAll } from "firebreak/standin";
import type { Claim } from "../claims.ts";
import type { FoundPaper } from "../search.ts";
import { quantitativeStatements } from "../statements.ts";

export interface ScoutInput {
  readonly question: string;
  readonly papers: readonly FoundPaper[];
}

/** Tool the scout reads a paper with: `{ file }` gives `{ file, text }`. */
export const readPaperTool = "read_paper";

export const extractClaims: BaselineJob = baselineJob<ScoutInput>({
  agent: "extract-claims",
  *run({ question, papers }) {
    const kept = papers.filter((paper) => paper.kept);
    if (kept.length === 0)
      return { cannot: `no paper bears on "${question}" by its words, and I cannot judge by sense` };
    const replies = yield* useAll(kept.map(({ file }) => ({ tool: readPaperTool, args: { file } })));
    const claims: Claim[] = [];
    for (const [index, reply] of replies.entries()) {
      const file = kept[index]?.file ?? "";
      if (!reply.ok) return { cannot: `${file} could not be read: ${reply.error}` };
      const { text } = reply.value as unknown as { text: string };
      claims.push(...quantitativeStatements(text).map((it) => ({ claim: inOneLine(it.quote), file, ...it })));
    }
    if (claims.length > 0) return { answer: { claims } };
    return { cannot: "the papers found hold no statement of a quantity, and I know no other kind" };
  },
});

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");
