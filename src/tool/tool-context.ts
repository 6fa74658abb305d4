import { sha } from "../base/values.ts";
import { redact, redactBytes } from "../base/secrets.ts";
import type { Artifact, ToolContext } from "./tool.ts";

const encoder = new TextEncoder();

/** An artifact and the bytes to keep under its hash. Secrets are redacted before the first byte is kept. */
export function makeArtifact(
  name: string,
  mediaType: string,
  content: Uint8Array | string,
): { artifact: Artifact; bytes: Uint8Array } {
  const bytes = typeof content === "string" ? encoder.encode(redact(content)) : redactBytes(content);
  return { artifact: { artifact: true, name, mediaType, hash: sha(bytes), size: bytes.length }, bytes };
}

/** What a tool is given besides its arguments. */
export function toolContext(it: {
  readonly abort: () => AbortSignal;
  readonly attempt: number;
  readonly idempotencyKey?: string;
  readonly keep: (blob: { hash: string; bytes: Uint8Array }) => void;
  readonly bytes: (hash: string) => Promise<Uint8Array>;
}): ToolContext {
  const fresh = new Map<string, Uint8Array>();
  return {
    get abort() {
      return it.abort();
    },
    attempt: it.attempt,
    ...(it.idempotencyKey === undefined ? {} : { idempotencyKey: it.idempotencyKey }),
    async artifact(name, mediaType, content) {
      const { artifact, bytes } = makeArtifact(name, mediaType, content);
      fresh.set(artifact.hash, bytes);
      it.keep({ hash: artifact.hash, bytes });
      return artifact;
    },
    bytes: async (artifact) => fresh.get(artifact.hash) ?? it.bytes(artifact.hash),
  };
}
