import { HTTPException } from 'hono/http-exception';
import { Problem, type ProblemKind } from '#app/problem.ts';
import { type ProblemDocument, problemMediaType } from './contract/problem.ts';

/** Every kind of problem that the API knows, by the end of its `type`. They stay for ever. */
const problemTypes = {
  'unreadable-request': { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Who are you?' },
  'step-up-needed': { status: 403, title: 'Sign with your passkey first' },
  'not-allowed': { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'wrong-method': { status: 405, title: 'This cannot be done here' },
  'not-possible': { status: 409, title: 'Not possible now' },
  'changed-meanwhile': { status: 409, title: 'Changed meanwhile' },
  'too-large': { status: 413, title: 'Too large' },
  'wrong-content-type': { status: 415, title: 'Another kind of content' },
  'not-readable': { status: 422, title: 'This does not fit' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  unexpected: { status: 500, title: 'Something went wrong here' },
  busy: { status: 503, title: 'Not available now' },
} as const;
type ProblemType = keyof typeof problemTypes;

/** What the acts of users throw, in the words of HTTP. */
const typeOf: Record<ProblemKind, ProblemType> = {
  'not signed in': 'unauthenticated',
  'step-up needed': 'step-up-needed',
  'not allowed': 'not-allowed',
  'not found': 'not-found',
  'not readable': 'not-readable',
  'not possible': 'not-possible',
  'changed meanwhile': 'changed-meanwhile',
  busy: 'busy',
};

/** A refusal of HTTP itself, before anybody's act is called. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly type: ProblemType;
  /** Headers that go with the answer, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: ProblemType, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.type = type;
    this.headers = headers;
  }
}

interface Told {
  readonly response: Response;
  /** False: the fault is ours, and belongs in the log. */
  readonly expected: boolean;
}

/** What the caller is told about an error: a kind, a sentence, an id; never a stack. */
export function problemFor(error: unknown, requestId: string): Told {
  const refuse = (it: Refusal, errors: Problem['details'] = []): Told => ({
    response: answer(it, requestId, errors),
    expected: true,
  });
  if (error instanceof Problem) {
    const headers: Record<string, string> = error.kind === 'busy' ? { 'retry-after': '5' } : {};
    return refuse(new Refusal(typeOf[error.kind], error.message, headers), error.details);
  }
  if (error instanceof Refusal) return refuse(error);
  if (error instanceof HTTPException && error.status === 400) {
    const detail = 'The body is not readable as JSON. Check its syntax.';
    return refuse(new Refusal('unreadable-request', detail));
  }
  if (error instanceof HTTPException && error.status === 415) return refuse(wrongContentType());
  if (isUnstorable(error)) {
    const detail = 'The request holds a character that cannot be stored. Take it out.';
    return refuse(new Refusal('not-readable', detail));
  }
  const detail = `Gatehouse failed at this. The log of the server has it under ${requestId}.`;
  return { response: answer(new Refusal('unexpected', detail), requestId, []), expected: false };
}

export const wrongContentType = (wanted = 'application/json') =>
  new Refusal(
    'wrong-content-type',
    `Send this as ${wanted}; /openapi.json says what is taken where.`,
  );

function answer(it: Refusal, requestId: string, errors: Problem['details']): Response {
  const body: ProblemDocument = {
    type: `urn:gatehouse:problem:${it.type}`,
    ...problemTypes[it.type],
    detail: it.message,
    instance: `urn:uuid:${requestId}`,
    errors: [...errors],
  };
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'content-type': problemMediaType, ...it.headers },
  });
}

/** PostgreSQL's codes for text that no column can hold, such as one with a zero byte. */
const unstorable: readonly unknown[] = ['22021', '22P05'];

const isUnstorable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (unstorable.includes(error.code) || isHalf(error));

/** Half of a character that takes two, which JSON can carry and no column can hold. */
const isHalf = ({ code, message }: Error & { code?: unknown }): boolean =>
  code === '22P02' && message.endsWith('type json');
