// Intents of one run that nothing is known of yet: no receipt, and nobody has
// said what became of them.

import type { AnyEvent, JournalEvent } from "../journal/events.ts";
import { identityKey } from "./identity.ts";

export class OpenIntents {
  readonly #open = new Map<number, JournalEvent<"effect.intended">>();
  readonly #changed = new Set<string>();

  /** Takes in an event about effects; others change nothing. */
  add(event: AnyEvent): void {
    switch (event.kind) {
      case "effect.intended":
        this.#open.set(event.seq, event);
        this.#changed.add(slotOf(event.data));
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

  /** Whether this run has done something to an effect itself: what stood before may stand no more. */
  hasChanged(effect: { readonly tool: string; readonly key: string }): boolean {
    return this.#changed.has(slotOf(effect));
  }

  /** Whether a step has written one. */
  has(step: string): boolean {
    for (const it of this.#open.values()) if (identityKey(it.data) === step) return true;
    return false;
  }
}

function slotOf({ tool, key }: { readonly tool: string; readonly key: string }): string {
  return `${tool}\n${key}`;
}
