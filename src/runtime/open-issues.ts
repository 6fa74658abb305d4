// The steps of a replay that were asked for and are not answered, and how
// scopes end: pure work nobody awaits is cancelled, effects with an intent are
// waited for, commits under way become durable.

import { turn } from "./event-loop.ts";
import { childScope, stepPath } from "./identity.ts";
import type { Flight } from "./flights.ts";
import type { Issue } from "./issue.ts";
import type { Records } from "./records.ts";
import type { RunWriter } from "./run-writer.ts";
import type { Scope } from "./scope.ts";

export interface IssuesOwner {
  readonly isLost: boolean;
  /** False while records are still to be delivered. */
  readonly isLive: boolean;
  readonly records: Records;
  readonly writer: RunWriter;
  nudge(): void;
}

export class OpenIssues {
  readonly #owner: IssuesOwner;
  readonly #all = new Map<string, Issue>();
  /** Scopes, and steps, that this replay left before everything recorded was delivered. */
  readonly #leftScopes = new Set<string>();
  readonly #left = new Set<string>();
  readonly #handedOver = new Set<Issue>();
  /** Scopes that are coming to their end. */
  #ending = 0;

  constructor(owner: IssuesOwner) {
    this.#owner = owner;
  }

  get size(): number {
    return this.#all.size;
  }

  get isEnding(): boolean {
    return this.#ending > 0;
  }

  add(issue: Issue): void {
    this.#all.set(issue.key, issue);
    issue.scope.open.add(issue);
  }

  get(key: string): Issue | undefined {
    return this.#all.get(key);
  }

  all(): readonly Issue[] {
    return [...this.#all.values()];
  }

  inState(state: Issue["state"]): readonly Issue[] {
    return this.all().filter((it) => it.state === state);
  }

  /** Work, not workflow code, is going on. */
  hasRunningWork(): boolean {
    for (const it of this.#all.values()) if (it.state === "running" && !it.work.enter) return true;
    return false;
  }

  /** Work is going on that may yet open this scope. */
  hasRunningWorkAbove(scope: string): boolean {
    for (const it of this.#all.values()) {
      if (it.state !== "running" || it.work.enter) continue;
      const inner = childScope(it.identity);
      if (scope === inner || scope.startsWith(`${inner}/`)) return true;
    }
    return false;
  }

  /** Nobody asks for this record any more: its step, or a scope around it, was left. */
  isLeft(key: string, scope: string): boolean {
    return this.#left.has(key) || isWithin(scope, this.#leftScopes);
  }

  /** Work under way that another replay may take up: leaving this one does not end it. */
  handOver(): readonly Flight[] {
    const flying = this.all().filter((it) => it.state === "running" && it.flight !== undefined);
    for (const it of flying) this.#handedOver.add(it);
    return flying.map((it) => it.flight!);
  }

  /** Leaves a scope that will be gone through again: what it recorded stays. */
  async abandon(scope: Scope): Promise<void> {
    scope.state = "dropped";
    this.dropSteps(scope);
    await this.untilQuiet(scope);
  }

  /** Waits until no effect is being sent: its receipt must be known before the run goes on. */
  async untilSent(): Promise<void> {
    const isSending = (): boolean => this.all().some((it) => it.work.mustEnd?.() === true);
    while (isSending()) await turn();
  }

  /** Ends an issue that waits for nothing any more: its scope goes on without it. */
  settle(issue: Issue): void {
    issue.state = "ended";
    issue.scope.open.delete(issue);
    this.#all.delete(issue.key);
    this.#owner.nudge();
  }

  /** Ends a scope. Returns the paths of what was cancelled because nobody awaited it. */
  async end(scope: Scope, state: "ended" | "dropped" = "ended"): Promise<readonly string[]> {
    scope.state = state;
    const floating: string[] = [];
    for (const issue of [...scope.open]) {
      if (state === "ended" && issue.work.settles) continue;
      if (issue.inner !== undefined) this.drop(issue.inner);
      if (this.#mustEnd(issue)) continue;
      if (state === "ended") floating.push(stepPath(issue.identity.scope, issue.identity.name));
      this.#cancel(issue);
    }
    await this.untilQuiet(scope);
    return floating;
  }

  /** Waits for what a scope must see to its end, then cancels the rest. */
  async untilQuiet(scope: Scope): Promise<void> {
    this.#ending += 1;
    while (!this.#owner.isLost && (this.#owner.writer.isWriting(scope) || this.#mustEndIn(scope)))
      await turn();
    for (const issue of [...scope.open]) this.#cancel(issue);
    this.#ending -= 1;
    this.#owner.nudge();
  }

  /** Leaves a scope: nothing in it is answered any more. */
  drop(scope: Scope): void {
    scope.state = "dropped";
    this.leave(scope.path);
    this.dropSteps(scope);
  }

  /** Leaves what is open in a scope, and not what is recorded there. */
  dropSteps(scope: Scope): void {
    for (const issue of [...scope.open]) {
      if (issue.inner !== undefined) this.drop(issue.inner);
      if (!this.#mustEnd(issue)) this.#cancel(issue);
    }
  }

  /** Nobody asks for what is recorded in this scope any more: its records are passed over, and covered by what is around it. */
  leave(scope: string): void {
    if (!this.#owner.isLive) this.#leftScopes.add(scope);
    this.#owner.records.left.add(scope);
  }

  /** An intent of this step has no receipt, and nobody has said what became of it. */
  isInDoubt(issue: Issue): boolean {
    return issue.identity.kind === "tool" && this.#owner.records.intents.has(issue.key);
  }

  #mustEndIn(scope: Scope): boolean {
    for (const issue of scope.open)
      if (this.#mustEnd(issue) || (scope.state === "ended" && issue.work.settles)) return true;
    return false;
  }

  /** An effect whose intent is durable is below, or is this step itself. */
  #mustEnd(issue: Issue): boolean {
    if (issue.work.mustEnd?.() === true || this.isInDoubt(issue)) return true;
    return issue.inner !== undefined && this.#mustEndIn(issue.inner);
  }

  #cancel(issue: Issue): void {
    if (!this.#owner.isLive) this.#left.add(issue.key);
    // What the next replay may take up goes on.
    if (!this.#handedOver.has(issue)) issue.cancel();
    if (issue.inner !== undefined) this.drop(issue.inner);
    this.settle(issue);
  }
}

/** A scope is one of these, or below one. */
export function isWithin(scope: string, those: ReadonlySet<string>): boolean {
  if (those.size === 0) return false;
  for (let end = scope.length; end > 0; end = scope.lastIndexOf("/", end - 1))
    if (those.has(scope.slice(0, end))) return true;
  return false;
}
