// A strict reader of the requests we send: what a provider would refuse, and
// what it would silently accept although we never meant to send it.

import { Ajv } from "ajv";
import { z } from "zod";

export type Format = "anthropic" | "openai" | "chat";

const ajv = new Ajv({ strict: false });

/** A tool's parameters: valid draft-07, an object at its root. */
const objectSchema = z
  .looseObject({ type: z.literal("object"), properties: z.record(z.string(), z.unknown()) })
  .refine((schema) => !("$schema" in schema), "no $schema")
  .refine((schema) => ajv.validateSchema(schema) === true, "not a JSON Schema");

const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const tokens = z.int().positive();
const text = z.string().min(1);

const anthropicPart = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text }),
  z.strictObject({ type: z.literal("thinking"), thinking: z.string(), signature: z.string().min(1) }),
  z.strictObject({
    type: z.literal("tool_use"),
    id: z.string(),
    name: toolName,
    input: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({
    type: z.literal("tool_result"),
    tool_use_id: z.string(),
    content: z.string(),
    is_error: z.boolean().optional(),
  }),
]);

const anthropic = z.strictObject({
  model: text,
  max_tokens: tokens,
  system: z.array(z.strictObject({ type: z.literal("text"), text })).optional(),
  messages: z
    .array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.array(anthropicPart).min(1) }))
    .min(1),
  tools: z
    .array(
      z.strictObject({
        name: toolName,
        description: z.string(),
        input_schema: objectSchema,
        eager_input_streaming: z.literal(true).optional(),
      }),
    )
    .optional(),
  tool_choice: z.strictObject({ type: z.enum(["auto", "any", "none"]) }).optional(),
  output_config: z
    .strictObject({ format: z.strictObject({ type: z.literal("json_schema"), schema: objectSchema }) })
    .optional(),
  temperature: z.number().optional(),
  stream: z.literal(true).optional(),
});

const openaiItem = z.union([
  z.strictObject({ role: z.enum(["system", "developer"]), content: text }),
  z.strictObject({
    role: z.literal("user"),
    content: z.array(z.strictObject({ type: z.literal("input_text"), text })),
  }),
  z.strictObject({
    role: z.literal("assistant"),
    id: z.string().optional(),
    content: z.union([text, z.array(z.strictObject({ type: z.literal("output_text"), text }))]),
  }),
  z.strictObject({
    type: z.literal("reasoning"),
    id: z.string().optional(),
    encrypted_content: text,
    summary: z.array(z.unknown()),
  }),
  z.strictObject({
    type: z.literal("function_call"),
    id: z.string().optional(),
    call_id: z.string(),
    name: toolName,
    arguments: z.string(),
  }),
  z.strictObject({ type: z.literal("function_call_output"), call_id: z.string(), output: z.string() }),
]);

const openai = z.strictObject({
  model: text,
  max_output_tokens: tokens,
  store: z.literal(false),
  include: z.array(z.literal("reasoning.encrypted_content")).optional(),
  input: z.array(openaiItem).min(1),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        name: toolName,
        description: z.string(),
        parameters: objectSchema,
        strict: z.boolean().optional(),
      }),
    )
    .optional(),
  tool_choice: z.enum(["auto", "none", "required"]).optional(),
  text: z
    .strictObject({
      format: z.strictObject({
        type: z.literal("json_schema"),
        strict: z.boolean(),
        name: text,
        schema: objectSchema,
      }),
    })
    .optional(),
  temperature: z.number().optional(),
  stream: z.literal(true).optional(),
});

const chatMessage = z.union([
  z.strictObject({ role: z.enum(["system", "user"]), content: text }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.string().nullable(),
    tool_calls: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.literal("function"),
          function: z.strictObject({ name: toolName, arguments: z.string() }),
        }),
      )
      .optional(),
  }),
  z.strictObject({ role: z.literal("tool"), tool_call_id: z.string(), content: z.string() }),
]);

const chat = z.strictObject({
  model: text,
  max_tokens: tokens,
  messages: z.array(chatMessage).min(1),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        function: z.strictObject({ name: toolName, description: z.string(), parameters: objectSchema }),
      }),
    )
    .optional(),
  tool_choice: z.enum(["auto", "none", "required"]).optional(),
  response_format: z
    .union([
      z.strictObject({
        type: z.literal("json_schema"),
        json_schema: z.strictObject({ name: text, strict: z.boolean(), schema: objectSchema }),
      }),
      z.strictObject({ type: z.literal("json_object") }),
    ])
    .optional(),
  temperature: z.number().optional(),
  seed: z.int().optional(),
  stream: z.literal(true).optional(),
  stream_options: z.strictObject({ include_usage: z.literal(true) }).optional(),
});

export interface SentRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const paths: Readonly<Record<Format, string>> = {
  anthropic: "/v1/messages",
  openai: "/v1/responses",
  chat: "/v1/chat/completions",
};

const keyHeaders: Readonly<Record<Format, string>> = {
  anthropic: "x-api-key",
  openai: "authorization",
  chat: "authorization",
};

/** Everything wrong with a request; empty for a good one. `key` undefined: no key may be sent. */
export function faultsOf(format: Format, sent: SentRequest, key: string | undefined): string[] {
  const body: unknown = JSON.parse(sent.body);
  const faults = sent.path === paths[format] ? [] : [`path ${sent.path}`];
  const parsed = { anthropic, openai, chat }[format].safeParse(body);
  if (!parsed.success) return [...faults, z.prettifyError(parsed.error)];
  faults.push(...keyFaults(format, sent, key));
  if (format === "anthropic") faults.push(...anthropicOrder(parsed.data as z.infer<typeof anthropic>));
  if (format === "openai") faults.push(...openaiOrder(parsed.data as z.infer<typeof openai>));
  if (format === "chat") faults.push(...chatOrder(parsed.data as z.infer<typeof chat>));
  return faults;
}

function keyFaults(format: Format, sent: SentRequest, key: string | undefined): string[] {
  const faults: string[] = [];
  const carriers = ["authorization", "x-api-key", "api-key", "cookie", "proxy-authorization"];
  const own = keyHeaders[format];
  for (const name of carriers)
    if (sent.headers[name] !== undefined && name !== own) faults.push(`header ${name}`);
  const value = sent.headers[own];
  const wanted = key === undefined || own === "x-api-key" ? key : `Bearer ${key}`;
  if (value !== wanted) faults.push(`header ${own} is not the key`);
  const elsewhere = JSON.stringify({ ...sent, headers: { ...sent.headers, [own]: "" } });
  if (key !== undefined && elsewhere.includes(key)) faults.push("the key stands outside its header");
  if (format === "anthropic" && sent.headers["anthropic-version"] === undefined)
    faults.push("no anthropic-version");
  return faults;
}

/** Roles alternate, and every tool_use is answered by the very next message, results first. */
function anthropicOrder({ messages }: z.infer<typeof anthropic>): string[] {
  const faults: string[] = [];
  if (messages[0]!.role !== "user") faults.push("the first message is not the user's");
  let open: string[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (index > 0 && role === messages[index - 1]!.role) faults.push(`two messages of ${role} in a row`);
    const answered = content.flatMap((part) => (part.type === "tool_result" ? [part.tool_use_id] : []));
    faults.push(...difference(open, answered));
    const firstOther = content.findIndex((part) => part.type !== "tool_result");
    if (firstOther >= 0 && content.slice(firstOther).some((part) => part.type === "tool_result"))
      faults.push("a tool_result stands behind other content");
    open = content.flatMap((part) => (part.type === "tool_use" ? [part.id] : []));
  }
  return [...faults, ...difference(open, [])];
}

function openaiOrder({ input }: z.infer<typeof openai>): string[] {
  const calls = input.flatMap((item) =>
    "type" in item && item.type === "function_call" ? [item.call_id] : [],
  );
  const results = input.flatMap((item) =>
    "type" in item && item.type === "function_call_output" ? [item.call_id] : [],
  );
  return difference(calls, results);
}

function chatOrder({ messages }: z.infer<typeof chat>): string[] {
  const faults: string[] = [];
  let open: string[] = [];
  let answered: string[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      answered.push(message.tool_call_id);
      continue;
    }
    faults.push(...difference(open, answered));
    answered = [];
    open = message.role === "assistant" ? (message.tool_calls ?? []).map((call) => call.id) : [];
  }
  return [...faults, ...difference(open, answered)];
}

function difference(calls: readonly string[], results: readonly string[]): string[] {
  const missing = calls.filter((id) => !results.includes(id)).map((id) => `call ${id} has no result`);
  const orphans = results.filter((id) => !calls.includes(id)).map((id) => `result ${id} has no call`);
  return [...missing, ...orphans];
}
