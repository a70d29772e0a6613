import { byId } from '#connector-kit/by-id.ts';
import { blocked, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { accountOpening, type Opening, planClosing } from '#connector-kit/new-account.ts';
import type { Scim } from './api.ts';
import { findAccounts } from './find-accounts.ts';
import type { Settings } from './settings.ts';

/** Makes an account, or opens the one that the person had before. */
export const createAccount = ({ canDelete }: Pick<Settings, 'canDelete'>) =>
  transition({
    ...accountOpening,
    summary: 'Creates the account, or activates the one that is there.',
    scopes: [],

    async read(scim: Scim, email) {
      const found = await findAccounts(scim, { email, employeeNumber: null, name: '' });
      const accounts = found.map(({ id, status }) => ({ id, active: status === 'active' }));
      return { accounts: accounts.sort(byId) };
    },

    async apply(scim, _email, step: Opening) {
      switch (step.do) {
        case 'create':
          return scim.createUser(step.person);
        case 'delete':
          await unlessMissing(scim.deleteUser(step.id));
          return;
        default:
          return scim.setActive(step.id, step.do === 'open');
      }
    },

    restore(now, before) {
      const back = planClosing(now, before);
      return back.kind === 'change' && back.change.do === 'delete' && !canDelete
        ? blocked('This application deletes no accounts. Close the new one by hand.')
        : back;
    },
  });
