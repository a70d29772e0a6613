import { z } from 'zod';
import { assignee, emailAddress } from '#connector-kit/assignee.ts';
import { severalLines, text } from '#connector-kit/fields.ts';
import { type Capability, capabilities } from '#core/capability.ts';

const capabilityNames = Object.keys(capabilities) as [Capability, ...Capability[]];

export const settings = z.strictObject({
  system: text('System', 'What people call it, for example the key cabinet in Berlin'),
  instructions: severalLines(
    text('Instructions', 'Where to go and what to do there, in plain words'),
  ),
  assignTo: assignee,
  capabilities: z
    .array(z.enum(capabilityNames))
    .min(1)
    .refine((it) => new Set(it).size === it.length, 'Each of them once is enough.')
    .meta({ title: 'What can be done', description: 'Each becomes a task in the playbooks' }),
  proof: z
    .array(z.string().trim().min(1))
    .min(1, 'Ask for at least one thing that shows that it was done.')
    .meta({
      title: 'Proof',
      description: 'What they attach or write down, for example a screenshot of the user list',
    }),
  accounts: z
    .array(z.strictObject({ login: z.string().trim().min(1), email: emailAddress }))
    .superRefine((accounts, ctx) => {
      const logins = accounts.map(({ login }) => login);
      for (const [i, login] of logins.entries()) {
        if (logins.indexOf(login) === i) continue;
        const message = `The login "${login}" is there twice.`;
        ctx.addIssue({ code: 'custom', path: [i, 'login'], message });
      }
    })
    .optional()
    .meta({
      title: 'Known accounts',
      description:
        'Only if the list is complete: whoever is not on it counts as having no account. ' +
        'Without a list, everybody may have one',
    }),
});
export type Settings = z.infer<typeof settings>;
