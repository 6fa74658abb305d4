import type { CheckContext } from "./check.ts";
import type { Finding } from "./grounded.ts";
import type { Located } from "./paths.ts";
import type { SourceText } from "./source-text.ts";

/** Numbers in a text. Not decided yet: always in doubt. */
export function groundNumbers(place: Located, _texts: readonly SourceText[], _context: CheckContext, _names?: readonly string[]): Finding {
  return { problems: [], doubts: [`numbers at ${place.path} were not verified`], evidence: [], count: 1 };
}
