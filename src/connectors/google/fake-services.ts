import { json } from '#connector-kit/testing/fake-service.ts';
import {
  type Answer,
  type FakeDevice,
  type FakeMail,
  type FakeTransfer,
  type FakeUser,
  nothing,
  refusal,
  type World,
  whole,
} from './fake-world.ts';

const missing = (what: string) => refusal(404, `Not Found: ${what}`, 'notFound');

/** Transfers of data, mailboxes, devices and licences. */
export const serviceHandlers = (world: World): Record<string, Answer> => ({
  ...transferHandlers(world),
  ...mailHandlers(world),
  ...deviceHandlers(world),
  ...licenceHandlers(world),
});

/** What went on in the background is done. */
export function settle({ transfers, users }: World): void {
  for (const it of transfers) if (it.status === 'inProgress') it.status = 'completed';
  for (const device of users.flatMap(({ devices = [] }) => devices)) {
    if (device.account === 'WIPING') device.account = 'WIPED';
    if (device.device === 'WIPING') device.device = 'WIPED';
  }
}

function transferHandlers({ transfers, users, slowly, page }: World): Record<string, Answer> {
  const base = '/admin/datatransfer/v1/transfers';
  const shown = ({ status, applicationDataTransfers, ...it }: FakeTransfer) => ({
    ...it,
    overallTransferStatusCode: status,
    applicationDataTransfers: applicationDataTransfers.map((part) => ({
      ...part,
      applicationTransferStatus: status,
    })),
  });
  return {
    [`GET ${base}`]: (_, { url }) => {
      const from = url.searchParams.get('oldOwnerUserId');
      const own = transfers.filter((it) => it.oldOwnerUserId === from);
      return page('dataTransfers', own.map(shown), url);
    },
    [`POST ${base}`]: (_, { body }) => {
      const wanted = body as Omit<FakeTransfer, 'id' | 'status' | 'requestTime'>;
      if (!users.some(({ id }) => id === wanted.newOwnerUserId)) return missing('newOwnerUserId');
      const it: FakeTransfer = {
        ...wanted,
        id: `t${transfers.length}`,
        requestTime: '2026-11-29T08:00:00.000Z',
        status: slowly ? 'inProgress' : 'completed',
      };
      transfers.push(it);
      return json(200, shown(it));
    },
  };
}

function mailHandlers({ users }: World): Record<string, Answer> {
  const base = '/gmail/v1/users/me/settings';
  /** In the name of its owner alone, who has one. */
  const own =
    (answer: (mail: FakeMail, ...rest: Parameters<Answer>) => Response): Answer =>
    (params, request) => {
      const { subject } = request.caller;
      if (subject.isMailboxSetup === false)
        return refusal(400, 'Mail service not enabled', 'failedPrecondition');
      if (request.body !== undefined) subject.mail ??= {};
      return answer(subject.mail ?? {}, params, request);
    };
  const forwarding = ({ forwardsTo }: FakeMail) =>
    forwardsTo ? { enabled: true, emailAddress: forwardsTo } : { enabled: false };

  return {
    [`GET ${base}/delegates`]: own(({ delegates = [] }) =>
      whole(
        'delegates',
        delegates.map((delegateEmail) => ({ delegateEmail, verificationStatus: 'accepted' })),
      ),
    ),
    [`POST ${base}/delegates`]: own((mail, _, { body }) => {
      const { delegateEmail } = body as { delegateEmail: string };
      const delegate = users.find(({ primaryEmail }) => primaryEmail === delegateEmail);
      // By the first address, not by an alias.
      if (!delegate) return refusal(400, 'Invalid delegate', 'invalidArgument');
      if (delegate.suspended) return refusal(500, 'Backend Error', 'backendError');
      if (mail.delegates?.includes(delegateEmail))
        return refusal(409, 'Delegate already exists', 'duplicate');
      mail.delegates = [...(mail.delegates ?? []), delegateEmail];
      return json(200, { delegateEmail, verificationStatus: 'accepted' });
    }),
    [`DELETE ${base}/delegates/:email`]: own((mail, { email }) => {
      if (!mail.delegates?.includes(email!)) return missing('delegate');
      mail.delegates = mail.delegates.filter((it) => it !== email);
      return nothing();
    }),
    [`GET ${base}/forwardingAddresses`]: own(({ forwardingAddresses = [] }) =>
      whole(
        'forwardingAddresses',
        forwardingAddresses.map((it) => ({ forwardingEmail: it, verificationStatus: 'accepted' })),
      ),
    ),
    [`DELETE ${base}/forwardingAddresses/:email`]: own((mail, { email }) => {
      if (!mail.forwardingAddresses?.includes(email!)) return missing('forwardingEmail');
      mail.forwardingAddresses = mail.forwardingAddresses.filter((it) => it !== email);
      return nothing();
    }),
    [`GET ${base}/autoForwarding`]: own((mail) => json(200, forwarding(mail))),
    [`PUT ${base}/autoForwarding`]: own((mail, _, { body }) => {
      if (!(body as { enabled: boolean }).enabled) mail.forwardsTo = null;
      return json(200, forwarding(mail));
    }),
    [`GET ${base}/filters`]: own(({ filters = [] }) =>
      whole(
        'filter',
        filters.map(({ id, forward }) => ({
          id,
          criteria: { from: 'someone' },
          action: forward === undefined ? { addLabelIds: ['TRASH'] } : { forward },
        })),
      ),
    ),
    [`DELETE ${base}/filters/:id`]: own((mail, { id }) => {
      if (!mail.filters?.some((it) => it.id === id)) return missing('filter');
      mail.filters = mail.filters.filter((it) => it.id !== id);
      return nothing();
    }),
    [`GET ${base}/vacation`]: own((mail) => json(200, mail.vacation ?? { enableAutoReply: false })),
    [`PUT ${base}/vacation`]: own((mail, _, { body }) => {
      const wanted = body as NonNullable<FakeMail['vacation']>;
      if (wanted.enableAutoReply && !wanted.responseSubject && !wanted.responseBodyPlainText)
        return refusal(400, 'Subject or body must not be empty', 'invalidArgument');
      mail.vacation = wanted;
      return json(200, wanted);
    }),
  };
}

function deviceHandlers({ users, slowly, page }: World): Record<string, Answer> {
  const all = () =>
    users.flatMap((user) => (user.devices ?? []).map((device) => ({ user, device })));
  const commanded =
    (change: (it: FakeDevice) => void): Answer =>
    ({ device: wanted }) => {
      const found = all().find(({ device }) => device.id === wanted)?.device;
      if (!found) return missing('device');
      if (found.deviceType === 'MAC_OS')
        return refusal(400, 'The device does not support this', 'failedPrecondition');
      change(found);
      return json(200, { name: 'operations/1', done: true });
    };
  const gone = slowly ? 'WIPING' : 'WIPED';
  return {
    'GET /v1/devices/-/deviceUsers': (_, { url }) => {
      const [, email = ''] = /^email:(.*)$/.exec(url.searchParams.get('filter') ?? '') ?? [];
      const found = all()
        .filter(({ user }) => user.primaryEmail.startsWith(email.split('@')[0]!))
        .map(({ user, device }) => ({
          name: `devices/${device.id}/deviceUsers/${user.id}`,
          userEmail: user.primaryEmail,
          managementState: device.account ?? 'APPROVED',
        }));
      return page('deviceUsers', found, url);
    },
    'GET /v1/devices/:device': ({ device: wanted }) => {
      const found = all().find(({ device }) => device.id === wanted)?.device;
      if (!found) return missing('device');
      const { id, model, deviceType = 'ANDROID', ownerType = 'BYOD', device } = found;
      const managementState = device ?? 'APPROVED';
      return json(200, { name: `devices/${id}`, model, deviceType, ownerType, managementState });
    },
    'POST /v1/devices/:device\\:wipe': commanded((it) => {
      it.device = gone;
    }),
    'POST /v1/devices/:device/deviceUsers/:user\\:wipe': commanded((it) => {
      it.account = gone;
    }),
    'POST /v1/devices/:device/deviceUsers/:user\\:block': commanded((it) => {
      it.account = 'BLOCKED';
    }),
    'POST /v1/devices/:device/deviceUsers/:user\\:approve': commanded((it) => {
      it.account = 'APPROVED';
    }),
  };
}

function licenceHandlers({ users, page }: World): Record<string, Answer> {
  const base = '/apps/licensing/v1/product/:product';
  const byEmail = (email: unknown): FakeUser | undefined =>
    users.find(({ primaryEmail }) => primaryEmail === email);
  const shown = (user: FakeUser, product: string, sku: string) => ({
    ...{ productId: product, skuId: sku, skuName: `Licence ${sku}`, userId: user.primaryEmail },
  });
  return {
    [`GET ${base}/users`]: ({ product = '' }, { url }) => {
      if (url.searchParams.get('customerId') !== 'C0meadow')
        return refusal(400, 'Invalid customerId', 'invalid');
      const all = users.flatMap((user) =>
        (user.licences ?? [])
          .filter((it) => it.product === product)
          .map(({ sku }) => shown(user, product, sku)),
      );
      return page('items', all, url);
    },
    [`DELETE ${base}/sku/:sku/user/:email`]: ({ product, sku, email }) => {
      const user = byEmail(email);
      const own = user?.licences ?? [];
      const at = own.findIndex((it) => it.product === product && it.sku === sku);
      if (at < 0) return missing('license');
      own.splice(at, 1);
      return json(200, {});
    },
    [`POST ${base}/sku/:sku/user`]: ({ product = '', sku = '' }, { body }) => {
      const user = byEmail((body as { userId: string }).userId);
      if (!user) return missing('userId');
      user.licences = [...(user.licences ?? []), { product, sku }];
      return json(200, shown(user, product, sku));
    },
  };
}
