// The journal in memory owes what every journal owes.

import { MemoryJournal } from "../../src/journal/memory.ts";
import { journalSpec } from "../spec/journal.spec.ts";

journalSpec("memory", () => new MemoryJournal({ now: () => 1_000 }));
