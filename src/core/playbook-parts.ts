import { z } from 'zod';
import { categories } from './connection.ts';
import {
  choosing,
  found,
  has,
  line,
  type Mending,
  oneOf,
  optional,
  report,
  words,
  yesOrNo,
} from './document.ts';
import { languages, type Wording } from './language.ts';
import { type Moment, parseMoment } from './moment.ts';
import type { AccountChoice, Assignee, Recipient, SystemChoice } from './playbook.ts';
import { problemInTemplate } from './template.ts';
import { roles } from './user.ts';

/* The shapes that the steps of a playbook are made of, as people write them. */

export const name = z.string().superRefine((text, context) => {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text) && text.length <= 60) return;
  report(context, {
    problem: `“${text.slice(0, 60)}” cannot be a name.`,
    mend: 'Write small letters, digits and single hyphens, at most 60, such as “block-sign-in”.',
  });
});

export const moment: z.ZodType<Moment> = z.string().transform((text, context) => {
  const parsed = parseMoment(text);
  if ('problem' in parsed) {
    report(context, parsed);
    return z.NEVER;
  }
  return parsed.moment;
});

export const template = (schema: z.ZodType<string>): z.ZodType<string> =>
  schema.superRefine((text, context) => {
    const problem = problemInTemplate(text);
    if (problem) report(context, problem);
  });

/** A template for everybody, or one for each language. */
export const wording = (schema: z.ZodType<string>): z.ZodType<Wording> =>
  choosing<Wording>((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return template(schema);
    if (Object.keys(value).length === 0) {
      return { problem: 'It has no words in any language.', mend: `Write ${languageForms}.` };
    }
    const inEach = { en: template(schema).optional(), de: template(schema).optional() };
    return words(inEach, 'What is written in several languages').transform(({ en, de }) => ({
      ...(en !== undefined && { en }),
      ...(de !== undefined && { de }),
    }));
  });
const languageForms = `{ ${languages.map((it) => `${it}: …`).join(', ')} }`;

/** What must be written down, or a file that must be there. */
export const proof: z.ZodType<string> = choosing<string>((value) =>
  has(value, 'file')
    ? words({ file: line(190) }, 'A proof').transform(({ file }) => `file: ${file}`)
    : line(200),
);

const everyAccount: AccountChoice = { category: null, connection: null, privileged: null };

export const accountChoice: z.ZodType<AccountChoice> = choosing<AccountChoice>((value) => {
  if (typeof value === 'string' && value.trim().toLowerCase() === 'every account')
    return z.unknown().transform(() => everyAccount);
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return {
      problem: `“on” must say which accounts; found ${found(value)}.`,
      mend: 'Write “every account”, or one or more of { category: …, connection: …, privileged: yes }.',
    };
  }
  return words(
    {
      category: optional(oneOf(categories)),
      connection: optional(line(100)),
      privileged: optional(yesOrNo),
    },
    '“on”',
  );
});

export const systemChoice: z.ZodType<SystemChoice> = words(
  { category: optional(oneOf(categories)), connection: optional(line(100)) },
  '“on”',
).superRefine(({ category, connection }, context) => {
  if (category !== null || connection !== null) return;
  report(context, {
    problem: '“on” must say which systems.',
    mend: 'Write { category: ticketing }, or { connection: … } with the id of a connection.',
  });
});

const address = z.email().max(254);
const assigneeForms =
  'Write manager, successor, newcomer, { role: … }, { email: … } or { system owner: <id of a connection> }';

export const assignee: z.ZodType<Assignee> = choosing<Assignee>(
  (value) => assigneeShape(value) ?? noPerson(value, `${assigneeForms}.`),
);

export const recipient: z.ZodType<Recipient> = choosing<Recipient>((value) => {
  if (value === 'personal address')
    return z.unknown().transform(() => ({ personalEmail: true }) as const);
  if (value === 'leaver') return z.unknown().transform(() => ({ leaver: true }) as const);
  if (value === 'reports') return z.unknown().transform(() => ({ reports: true }) as const);
  if (has(value, 'channel')) return words({ channel: line(100) }, 'A channel');
  return (
    assigneeShape(value) ??
    noPerson(
      value,
      `${assigneeForms}, or “leaver”, “personal address” or “reports”; in a chat also { channel: … }.`,
    )
  );
});

function assigneeShape(value: unknown): z.ZodType<Assignee> | null {
  if (value === 'manager') return z.unknown().transform(() => ({ manager: true }) as const);
  if (value === 'successor') return z.unknown().transform(() => ({ successor: true }) as const);
  if (value === 'newcomer') return z.unknown().transform(() => ({ newcomer: true }) as const);
  if (has(value, 'manager')) return words({ manager: trueOnly }, 'A person');
  if (has(value, 'role')) return words({ role: oneOf(roles) }, 'A person');
  if (has(value, 'email')) return words({ email: address }, 'A person');
  if (has(value, 'system owner')) {
    return words({ 'system owner': line(100) }, 'A person').transform((it) => ({
      systemOwner: it['system owner'],
    }));
  }
  return null;
}

const trueOnly = yesOrNo.transform((value, context): true => {
  if (value) return true;
  report(context, { problem: '“manager” cannot be “no” here.', mend: `${assigneeForms}.` });
  return z.NEVER;
});

const noPerson = (value: unknown, mend: string): Mending => ({
  problem: `This names nobody: ${found(value)}.`,
  mend,
});

const oneOrSeveral = choosing<string | readonly string[]>((value) => {
  if (typeof value === 'string') return z.string();
  if (Array.isArray(value)) return z.array(z.string()).max(300);
  return {
    problem: `“after” must be a list of steps; found ${found(value)}.`,
    mend: 'Write the ids of steps, such as [block-sign-in], or [layer security].',
  };
});

export const after = oneOrSeveral.transform((value) => {
  const several = typeof value === 'string' ? [value] : value;
  return [...new Set(several.map((it) => it.trim().toLowerCase().replace(/\s+/g, ' ')))];
});
