// `noProgress`: a candidate that was rejected before is not judged as if it were a new one.

import { hashOf } from "../base/values.ts";
import { unsure } from "./check.ts";
import type { Judged, NamedCheck, Unsure } from "./check.ts";

/**
 * Fails an output that is equal to one of the same step that was rejected before, whatever the order of its keys, and
 * skips `retry`: the same author has nothing new to say. It compares whole outputs; one that only changed a word is new.
 */
export function noProgress(): NamedCheck {
  return {
    kind: "check",
    name: "no progress",
    version: "1",
    run: (output, { earlier }): Judged | Unsure => {
      if (earlier === undefined) return unsure("it is not known here what was rejected before");
      const hash = hashOf(output);
      const at = earlier.findIndex((it) => hashOf(it) === hash);
      if (at < 0) return { problems: [], note: `differs from ${earlier.length} rejected before` };
      const ago = earlier.length - at;
      const which = ago === 1 ? "the one before" : `the one ${ago} attempts before`;
      return { problems: [`no progress: this is ${which} again, which was rejected`], skipRetry: true };
    },
  };
}
