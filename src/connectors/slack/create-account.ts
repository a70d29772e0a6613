import { blocked, transition } from '#connector-kit/contract.ts';
import { accountOpening, type Opening, planClosing } from '#connector-kit/new-account.ts';
import { type Slack, scimOf } from './api.ts';
import { scopes } from './scopes.ts';

/** Makes an account by SCIM, or activates the one that the person had before. */
export const createAccount = transition({
  ...accountOpening,
  summary: 'Creates the account, or activates the one that is there.',
  scopes: [scopes.admin],

  async read(slack: Slack, email) {
    return { accounts: await scimOf(slack).usersWith(email) };
  },

  async apply(slack, _email, step: Opening) {
    if (step.do === 'create') await scimOf(slack).create(step.person);
    else if (step.do !== 'delete') await scimOf(slack).setActive(step.id, step.do === 'open');
  },

  restore(now, before) {
    const back = planClosing(now, before);
    return back.kind === 'change' && back.change.do === 'delete'
      ? blocked('Slack deletes no accounts. Deactivate the new one by hand.')
      : back;
  },
});
