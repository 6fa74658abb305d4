// The second tester of claims: the gate asks the tables itself, by its own rules, and holds each verdict against that (C4).
//
// The baseline tests by the same rules. Of its answers this gate finds what was changed after they were made, not what
// the rules get wrong; of a language model's answers it is a second opinion that cannot be argued with.

import type { AssessedClaim, ClaimVerdict } from "./claims.ts";
import type { TableProfile } from "./columns.ts";
import type { Finding } from "./finding.ts";
import { rulingOf } from "./jobs/claim-rules.ts";
import type { QueryRows, Tables } from "./tables.ts";

/** Verdicts that are not the rules', and those that no rule can hold against anything. */
export interface VerdictsHeld {
  readonly wrong: readonly Finding[];
  readonly open: readonly Finding[];
}

/** Decides every claim again over these tables. */
export function verdictsHold(
  assessed: readonly AssessedClaim[],
  profiles: readonly TableProfile[],
  tables: Tables,
): VerdictsHeld {
  const wrong: Finding[] = [];
  const open: Finding[] = [];
  for (const [index, claim] of assessed.entries()) {
    const path = `claims[${index}].verdict`;
    const found = decided(claim, profiles, tables);
    if (found === claim.verdict || (found === undefined && claim.verdict === "not verifiable")) continue;
    const where = claim.file;
    if (found === undefined)
      open.push({ message: "No rule can decide this claim.", path, claimed: claim.verdict, where });
    else wrong.push({ message: "The data decide otherwise.", path, claimed: claim.verdict, found, where });
  }
  return { wrong, open };
}

/** The verdict of the rules; undefined where none reaches the claim. */
function decided(
  claim: AssessedClaim,
  profiles: readonly TableProfile[],
  tables: Tables,
): ClaimVerdict | undefined {
  const ruling = rulingOf(claim, profiles);
  if (ruling.kind !== "test") return undefined;
  const rows: QueryRows[] = [];
  for (const query of ruling.queries) {
    const reply = tables.query(query);
    if (!reply.ok) return undefined;
    rows.push(reply.value);
  }
  return ruling.decide(rows).verdict;
}
