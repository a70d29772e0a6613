import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { OnPremisesTarget, settingShapes } from '#core/settings.ts';
import {
  fieldsOf,
  problemsBeside,
  type Schema,
  sentValues,
  shownValues,
  withValue,
} from './form-fields.ts';

const schemaOf = (shape: z.ZodType) =>
  z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as Schema;

const form = fieldsOf(
  schemaOf(
    z.strictObject({
      address: z.url().meta({ title: 'Address', description: 'Of the organisation' }),
      token: z.string().min(1).meta({ title: 'Key', secret: true }),
      previousToken: z.string().meta({ secret: true, inbound: true }).optional(),
      findBy: z.array(z.enum(['email', 'login'])).default(['email']),
      bases: z.array(z.string()),
      isSecure: z.boolean().default(true),
      port: z.int().min(1).max(65_535).default(22),
      zone: z.string().nullable().default(null),
      hosts: z.array(OnPremisesTarget),
      who: z.union([
        z.strictObject({ role: z.string() }),
        z.strictObject({ manager: z.literal(true) }),
      ]),
      fields: z.record(z.string(), z.json()).optional(),
    }),
  ),
);

describe('the fields of a form', () => {
  it('are of the kind that the schema says', () => {
    const kinds = Object.fromEntries(form.map((it) => [it.name, it.of.kind]));
    assert.deepEqual(kinds, {
      address: 'url',
      token: 'secret',
      previousToken: 'secret',
      findBy: 'several',
      bases: 'list',
      isSecure: 'yes-no',
      port: 'number',
      zone: 'text',
      hosts: 'groups',
      who: 'either',
      fields: 'document',
    });
  });

  it('say what is needed, what may be empty, and what they are called', () => {
    const [address, , previous] = form;
    assert.equal(address?.isRequired, true);
    assert.equal(address?.description, 'Of the organisation');
    assert.equal(previous?.title, 'Previous token');
    assert.equal(previous?.isRequired, false);
    assert.equal(form.find((it) => it.name === 'zone')?.empty, null);
  });

  it('know every setting of the program without a document, but for one', () => {
    const documents = Object.entries(settingShapes).flatMap(([group, shape]) =>
      fieldsOf(schemaOf(shape)).flatMap((it) =>
        it.of.kind === 'document' ? [`${group}.${it.name}`] : [],
      ),
    );
    assert.deepEqual(documents, ['obligations.reviews']);
  });
});

describe('what is entered', () => {
  it('begins with what is in force, and never with a secret', () => {
    const shown = shownValues(form, { port: 2222, token: 'never', fields: { a: 1 } });
    assert.deepEqual(shown, {
      findBy: ['email'],
      isSecure: true,
      port: 2222,
      fields: '{\n  "a": 1\n}',
    });
  });

  it('is put into its place, and taken out', () => {
    const one = withValue({}, ['hosts', 0, 'host'], 'ldap');
    assert.deepEqual(one, { hosts: { 0: { host: 'ldap' } } });
    const list = { hosts: [{ host: 'a' }, { host: 'b' }] };
    assert.deepEqual(withValue(list, ['hosts', 1, 'host'], 'c').hosts[1], { host: 'c' });
    assert.deepEqual(withValue(list, ['hosts', 0], undefined), { hosts: [{ host: 'b' }] });
    assert.deepEqual(withValue({ a: 1, b: 2 }, ['a'], undefined), { b: 2 });
  });

  it('is sent without what is empty; secrets keep their blanks and lose the last line end', () => {
    const { values, unreadable } = sentValues(form, {
      address: ' https://wiki.example ',
      token: ' a b\n',
      previousToken: null,
      zone: '',
      bases: ['dc=a', ' '],
      hosts: [{ host: 'a', port: 1, network: '' }],
      fields: '{"a":1}',
    });
    assert.deepEqual(values, {
      address: 'https://wiki.example',
      token: ' a b',
      previousToken: null,
      bases: ['dc=a'],
      zone: null,
      hosts: [{ host: 'a', port: 1 }],
      fields: { a: 1 },
    });
    assert.deepEqual(unreadable, []);
  });

  it('says which document cannot be read', () => {
    assert.deepEqual(sentValues(form, { fields: '{a' }).unreadable, ['fields']);
  });
});

describe('problems of the server', () => {
  it('stand beside their field, and the others apart', () => {
    const { beside, others } = problemsBeside(
      [
        { at: 'settings.address', problem: 'no' },
        { at: 'hosts.0.port', problem: 'too large' },
        { at: 'owner.email', problem: 'no address' },
      ],
      form,
    );
    assert.deepEqual(
      [...beside],
      [
        ['address', 'no'],
        ['hosts.0.port', 'too large'],
      ],
    );
    assert.deepEqual(others, [{ at: 'owner.email', problem: 'no address' }]);
  });
});
