import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExceptionGroup } from '#api/contract/overview.ts';
import { failureKinds } from '#core/failure.ts';
import { exceptionCauses } from '#core/overview.ts';
import { type Right, rights } from '#core/user.ts';
import de from '../../words/de/overview.json' with { type: 'json' };
import en from '../../words/en/overview.json' with { type: 'json' };
import { remedyFor, sentenceFor } from './exceptions.ts';

const all = Object.keys(rights) as Right[];
const group: ExceptionGroup = {
  cause: 'refused',
  connection: { id: 'slack', name: 'Slack' },
  failure: 'forbidden',
  title: null,
  detail: 'A permission is missing',
  since: '2026-11-30T09:00:00.000Z',
  accessEndsAt: null,
  cases: 1,
  people: [{ caseId: 'c1', name: 'Priya Nair' }],
  stepIds: ['s1'],
};

describe('the remedy of what waits', () => {
  it('is the connection where a permission or the key is the cause, never to try again', () => {
    const to = '/connections/slack';
    assert.deepEqual(remedyFor(group, all), { kind: 'reconnect', to });
    assert.deepEqual(remedyFor({ ...group, failure: 'unauthenticated' }, all), {
      kind: 'reconnect',
      to,
    });
    assert.deepEqual(remedyFor(group, ['case.read', 'connection.read']), { kind: 'look', to });
  });

  it('is to try again where that may help, for who may', () => {
    const refused = { ...group, failure: 'unexpected' } as const;
    assert.deepEqual(remedyFor(refused, all), { kind: 'try again', stepIds: ['s1'] });
    assert.deepEqual(remedyFor(refused, ['case.read']), {
      kind: 'open',
      to: '/departures/c1?step=s1',
    });
  });

  it('is the departure where it is one, and their list where they are several', () => {
    const gap = { ...group, cause: 'gap', failure: null } as const;
    assert.deepEqual(remedyFor(gap, all), { kind: 'decide', to: '/departures/c1?step=s1' });
    assert.deepEqual(remedyFor({ ...gap, cases: 3 }, all), {
      kind: 'list',
      to: '/departures?view=needs-you',
    });
  });

  it('is none for who may do nothing about it', () => {
    assert.equal(remedyFor(group, ['overview.read']), null);
    assert.equal(remedyFor({ ...group, cause: 'connection' }, ['case.read']), null);
  });

  it('and what happened have words for every cause, in both languages', () => {
    for (const words of [en, de]) {
      const has = (key: string) =>
        assert.ok(
          key
            .split('.')
            .reduce<unknown>((of, part) => (of as Record<string, unknown>)?.[part], words.causes),
          key,
        );
      for (const cause of exceptionCauses)
        for (const failure of [...failureKinds, null])
          has(sentenceFor({ ...group, cause, failure }));
      has(sentenceFor({ ...group, cause: 'connection', title: 'paused' }));
    }
  });
});
