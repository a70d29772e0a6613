import { ConnectorError } from '#core/failure.ts';
import { readXml, type XmlValue } from './xml.ts';

// Held to the service description that AWS gives out with its own libraries; spec.json is what we use of it.

interface Reference {
  readonly shape: string;
}
interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Reference>>;
  readonly member?: Reference;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly error?: { readonly code: string; readonly httpStatusCode: number };
}
interface Operation {
  readonly input?: Reference;
  readonly output?: Reference & { readonly resultWrapper: string };
  readonly errors?: readonly Reference[];
}
export interface ServiceDocument {
  readonly metadata: { readonly apiVersion: string; readonly xmlNamespace: string };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** What every action may answer (IAM API Reference, Common Errors), beside its own errors. */
const common: Readonly<Record<string, number>> = {
  ...{
    AccessDenied: 403,
    InvalidClientTokenId: 403,
    SignatureDoesNotMatch: 403,
    OptInRequired: 403,
  },
  ...{ MissingAuthenticationToken: 403, IncompleteSignature: 400, RequestExpired: 400 },
  ...{ Throttling: 400, ValidationError: 400, InvalidAction: 400 },
  ...{ InternalFailure: 500, ServiceUnavailable: 503, RequestLimitExceeded: 503 },
};

/**
 * Wraps a fake of the Query protocol so that neither side can drift from the document: the connector may send only
 * actions and parameters that are there, within the permissions it declares, and the fake may give only answers and
 * errors that are. `permissions`: null where any will do.
 */
export function conformingIam(
  fetch: typeof globalThis.fetch,
  document: ServiceDocument,
  permissions: readonly string[] | null,
): typeof globalThis.fetch {
  const shapeOf = ({ shape }: Reference): Shape =>
    document.shapes[shape] ?? fail(`no shape ${shape}`);

  return async (input, init) => {
    const request = new Request(input, init);
    const text = await request.clone().text();
    const given =
      request.method === 'GET' ? new URL(request.url).searchParams : new URLSearchParams(text);
    const { Action: action = '', Version: version, ...params } = Object.fromEntries(given);
    const operation = document.operations[action] ?? fail(`IAM has no action ${action}`);
    if (version !== document.metadata.apiVersion) fail(`${action}: another version, ${version}`);
    if (permissions && !permissions.includes(`iam:${action}`))
      fail(`${action} needs a permission that is not declared`);
    const sent = operation.input ? problem(operation.input, nested(params), action) : null;
    if (sent) fail(`the request ${sent}`);

    const response = await fetch(request);
    const answer = readXml(await response.clone().text());
    const wrong = response.ok
      ? problemWithAnswer(operation, action, answer)
      : problemWithError(operation, response.status, answer);
    if (wrong) fail(`${action}: the fake answers off the document: ${wrong}`);
    return response;
  };

  function problemWithAnswer(
    { output }: Operation,
    action: string,
    answer: ReturnType<typeof readXml>,
  ): string | null {
    if (answer?.name !== `${action}Response`) return `${answer?.name} is not ${action}Response`;
    const inside = answer.value as Readonly<Record<string, XmlValue>>;
    if (!inside['ResponseMetadata']) return 'it lacks ResponseMetadata';
    const { ResponseMetadata: _, ...rest } = inside;
    if (!output) return Object.keys(rest).length > 0 ? 'it has a result' : null;
    const result = rest[output.resultWrapper];
    return result === undefined ? `no ${output.resultWrapper}` : problem(output, result, action);
  }

  function problemWithError(
    { errors = [] }: Operation,
    status: number,
    answer: ReturnType<typeof readXml>,
  ): string | null {
    // Anything may stand between IAM and us, and answer in its own words.
    if (answer?.name !== 'ErrorResponse') return null;
    const { Error: it } = answer.value as { Error: { Code: string } };
    const own = errors.map((reference) => shapeOf(reference).error);
    const known = own.find((error) => error?.code === it.Code)?.httpStatusCode ?? common[it.Code];
    return known === status ? null : `error ${it.Code} with status ${status}`;
  }

  /** What is wrong with a value, or null. */
  function problem(reference: Reference, value: unknown, at: string): string | null {
    const shape = shapeOf(reference);
    if (shape.type === 'structure') return problemWithStructure(shape, value, at);
    if (shape.type === 'list') {
      if (value === '') return null;
      if (!Array.isArray(value)) return `${at} is no list`;
      return first(value.map((it, i) => problem(shape.member!, it, `${at}/${i}`)));
    }
    if (typeof value !== 'string') return `${at} is no text`;
    return problemWithText(shape, value) ? `${at} is “${value}”` : null;
  }

  function problemWithStructure(shape: Shape, value: unknown, at: string): string | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      // What has no parts at all is written like empty text.
      return value === '' && !shape.required?.length ? null : `${at} has no parts`;
    }
    const lacks = shape.required?.find((name) => !(name in value));
    if (lacks) return `${at} lacks ${lacks}`;
    return first(
      Object.entries(value).map(([name, it]) => {
        const member = shape.members?.[name];
        return member ? problem(member, it, `${at}/${name}`) : `${at} has no ${name}`;
      }),
    );
  }
}

function problemWithText({ type, ...shape }: Shape, text: string): boolean {
  if (type === 'boolean') return text !== 'true' && text !== 'false';
  if (type === 'timestamp') return Number.isNaN(Date.parse(text));
  if (type === 'integer') return !/^\d+$/.test(text) || isOutside(shape, Number(text));
  if (shape.enum) return !shape.enum.includes(text);
  if (isOutside(shape, text.length)) return true;
  return shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`, 'u').test(text);
}

const isOutside = (
  { min = 0, max = Number.POSITIVE_INFINITY }: Omit<Shape, 'type'>,
  size: number,
) => size < min || size > max;
const first = (problems: readonly (string | null)[]) => problems.find((it) => it !== null) ?? null;

/** `Filter.member.1=User` is the first member of a list. */
function nested(params: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    const [, list] = /^(\w+)\.member\.\d+$/.exec(name) ?? [];
    if (list) found[list] = [...((found[list] as string[] | undefined) ?? []), value];
    else found[name] = value;
  }
  return found;
}

function fail(detail: string): never {
  throw new ConnectorError({ kind: 'unexpected', detail });
}
