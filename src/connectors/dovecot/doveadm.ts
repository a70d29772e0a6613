import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';

/** What doveadm is asked: its name as the API writes it, and its parameters. */
export type Command = readonly [name: string, parameters: Readonly<Record<string, unknown>>];

const Answer = z.union([
  z.tuple([z.literal('doveadmResponse'), z.unknown(), z.string()]),
  z.tuple([
    z.literal('error'),
    z.object({ type: z.string(), exitCode: z.int().optional() }),
    z.string(),
  ]),
]);

const Known = z
  .array(z.object({ command: z.string(), parameters: z.array(z.object({ name: z.string() })) }))
  .min(1);

/** One command's answer. What went wrong is told inside a 200, each command by itself. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly isUnknown: boolean };

const path = '/doveadm/v1';
/** How many commands one request carries: Dovecot answers when all of them are through. */
const atOnce = 50;

/**
 * Dovecot's doveadm HTTP API. https://doc.dovecot.org/2.3/admin_manual/doveadm_http_api/
 * What the page leaves open was read in the source (client-connection-http.c, doveadm-*.c of 2.3.19 and 2.4.4).
 * A wrong key is answered at once; it takes half a minute only for programs that wait to be asked for the body.
 */
export function openDoveadm(address: string, apiKey: string, io: Io) {
  const options = {
    baseUrl: address,
    headers: { authorization: `X-Dovecot-API ${Buffer.from(apiKey).toString('base64')}` },
  };
  const acting = openHttp(io, options);
  // Every request is a POST, which tells nothing of whether it changes anything.
  const reading = openHttp(io, { ...options, onlyReads: () => true });

  async function send<T>(
    http: typeof acting,
    commands: readonly Command[],
    shape: z.ZodType<T>,
  ): Promise<readonly Outcome<T>[]> {
    const outcomes: Outcome<T>[] = [];
    for (let from = 0; from < commands.length; from += atOnce) {
      outcomes.push(...(await sendSome(http, commands.slice(from, from + atOnce), shape)));
    }
    return outcomes;
  }

  async function sendSome<T>(
    http: typeof acting,
    commands: readonly Command[],
    shape: z.ZodType<T>,
  ): Promise<readonly Outcome<T>[]> {
    const tagged = commands.map(([name, parameters], i) => [name, parameters, `${i}`]);
    const answers = await http.post(path, z.array(Answer), tagged);
    return commands.map(([name], i): Outcome<T> => {
      const answer = answers[i];
      // Whatever stands elsewhere is the answer to another command.
      if (answer?.[2] !== `${i}` || answers.length !== commands.length) {
        throw odd(name, 'was not answered');
      }
      if (answer[0] === 'error') {
        const isUnknown = answer[1].type === 'unknownMethod';
        return { kind: 'failed', failure: failureOf(name, answer[1]), isUnknown };
      }
      const parsed = shape.safeParse(answer[1]);
      if (parsed.success) return { kind: 'done', value: parsed.data };
      const { path: at, message } = parsed.error.issues[0]!;
      throw odd(name, `answered something else than expected at /${at.join('/')}: ${message}`);
    });
  }

  return {
    /** Several questions at once. */
    ask: <T>(commands: readonly Command[], shape: z.ZodType<T>) => send(reading, commands, shape),
    /** Several changes at once, in this order. What is not there any more needs none. */
    async act(commands: readonly Command[]): Promise<void> {
      for (const outcome of await send(acting, commands, z.unknown())) {
        if (outcome.kind === 'failed' && outcome.failure.kind !== 'not-found') {
          throw new ConnectorError(outcome.failure);
        }
      }
    },
    /** The commands that this server has, with the names of their parameters. */
    async known(): Promise<ReadonlyMap<string, readonly string[]>> {
      const all = await reading.get(path, Known);
      return new Map(all.map((it) => [it.command, it.parameters.map(({ name }) => name)]));
    },
  };
}

/** The value; throws what went wrong. */
export function told<T>(outcome: Outcome<T> | undefined): T {
  if (outcome?.kind === 'done') return outcome.value;
  throw new ConnectorError(outcome?.failure ?? { kind: 'unexpected', detail: 'Nothing was asked' });
}

/** The value; null where Dovecot says that there is no such person, mailbox or script. */
export const unlessGone = <T>(outcome: Outcome<T> | undefined): T | null =>
  outcome?.kind === 'failed' && outcome.failure.kind === 'not-found' ? null : told(outcome);

const odd = (command: string, what: string) =>
  new ConnectorError({ kind: 'unexpected', detail: `doveadm ${spelled(command)} ${what}` });

/** `aclGet` as the configuration of Dovecot spells it: `acl get`. */
export const spelled = (command: string): string =>
  command.replaceAll(/[A-Z]/g, (it) => ` ${it.toLowerCase()}`);

/** Exit codes of doveadm (sysexits.h, and its own 68) that are not just a refusal. */
const exits: Readonly<
  Record<number, Failure['kind'] & ('not-found' | 'unavailable' | 'forbidden')>
> = {
  67: 'not-found', // no such person
  68: 'not-found', // no such mailbox, script or session
  75: 'unavailable', // for now
  77: 'forbidden',
};

function failureOf(
  command: string,
  { type, exitCode = 0 }: { readonly type: string; readonly exitCode?: number | undefined },
): Failure {
  const name = `doveadm ${spelled(command)}`;
  switch (type) {
    case 'unknownMethod':
      return { kind: 'rejected', detail: `This Dovecot has no ${name}: its plugin is missing.` };
    case 'unAuthorized':
      return {
        kind: 'forbidden',
        detail: `Dovecot does not allow ${name}. Add “${spelled(command)}” to doveadm_allowed_commands.`,
      };
    case 'exitCode':
      return {
        kind: exits[exitCode] ?? 'rejected',
        detail: `${name} ended with ${exitCode}; the log of Dovecot says why.`,
      };
    default:
      return { kind: 'rejected', detail: `${name} was refused: ${type.slice(0, 100)}` };
  }
}
