// Intents of one run that nothing is known of yet: no receipt, and nobody has
// said what became of them.

import type { AnyEvent, JournalEvent } from "../journal/events.ts";
import { identityKey } from "./identity.ts";

export class OpenIntents {
  readonly #open = new Map<number, JournalEvent<"effect.intended">>();

  /** Takes in an event about effects; others change nothing. */
  add(event: AnyEvent): void {
    switch (event.kind) {
      case "effect.intended":
        this.#open.set(event.seq, event);
        break;
      case "effect.received":
      case "effect.settled":
      case "effect.late":
        this.#open.delete(event.data.intent);
        break;
      default:
        break;
    }
  }

  /** Whether a step has written one. */
  has(step: string): boolean {
    for (const it of this.#open.values()) if (identityKey(it.data) === step) return true;
    return false;
  }
}
