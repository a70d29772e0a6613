import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { makesAdministrator, onlyDenies } from './administrators.ts';
import { openIam } from './api.ts';
import type { FakeIamUser } from './fake.ts';
import { fakeKeys } from './fake.ts';
import { awsIam } from './index.ts';
import { usersOf } from './people.ts';
import { ownerOf, settings } from './settings.ts';
import { allow, connection, priya, setUp } from './test-account.ts';

const email = 'priya.nair@meadow.example';
const person = { email, employeeNumber: 'E-7', name: 'Priya Nair' };

describe('whose user of IAM it is', () => {
  const owner = (UserName: string, more: object = {}, tag?: string) =>
    ownerOf(connection(more), {
      UserName,
      Tags: tag === undefined ? [] : [{ Key: 'Owner', Value: tag }],
    });

  it('is said by its name, where that is an address', () => {
    assert.equal(owner('Priya.Nair@meadow.example'), email);
    assert.equal(owner('ci-deploy'), null);
  });

  it('is said by its name and the domain, only where all names come from addresses', () => {
    assert.equal(owner('priya.nair', { loginDomain: 'meadow.example' }), email);
    assert.equal(owner('priya.nair'), null);
  });

  it('is said by a tag before its name, whatever the case of the key', () => {
    assert.equal(owner('sam@meadow.example', { ownerTag: 'owner' }, ` ${email} `), email);
    assert.equal(owner('sam@meadow.example', { ownerTag: 'owner' }, ''), 'sam@meadow.example');
    assert.equal(owner('sam@meadow.example', {}, email), 'sam@meadow.example');
  });

  it('is said by the settings before anything else', () => {
    const users = [{ name: 'admin-sam', email: 'Sam@meadow.example' }];
    assert.equal(owner('Admin-Sam', { users, ownerTag: 'Owner' }, email), 'sam@meadow.example');
  });
});

describe('the settings of AWS IAM', () => {
  it('take a long-term key only', () => {
    const temporary = { ...fakeKeys, accessKeyId: 'ASIAPRACTICEPRACTICE' };
    assert.match(settings.safeParse(temporary).error!.message, /begins with AKIA/);
  });

  it('name the one host that is called, in each part of AWS', () => {
    const hosts = (partition: 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc') =>
      awsIam.hosts(connection({ partition }));
    assert.deepEqual(hosts('aws'), ['iam.amazonaws.com:443']);
    assert.deepEqual(hosts('aws-cn'), ['iam.cn-north-1.amazonaws.com.cn:443']);
    assert.deepEqual(hosts('aws-us-gov'), ['iam.us-gov.amazonaws.com:443']);
    assert.deepEqual(hosts('aws-eusc'), ['iam.eusc-de-east-1.amazonaws.eu:443']);
  });
});

describe('the key of Gatehouse', () => {
  it('tells whose it is', async () => {
    assert.deepEqual(await awsIam.check(setUp().client), {
      ...{ actingAs: 'arn:aws:iam::123456789012:user/gatehouse', scopes: null },
    });
  });

  it('may not be that of the root user', async () => {
    const arn = 'arn:aws:iam::123456789012:root';
    // As it is answered to root, against the description: without a name.
    const answer = `<User><UserId>123456789012</UserId><Arn>${arn}</Arn></User>`;
    const text = `<GetUserResponse><GetUserResult>${answer}</GetUserResult></GetUserResponse>`;
    const client = openIam(connection(), { ...loopbackIo, fetch: async () => new Response(text) });
    await assert.rejects(awsIam.check(client), failsAs('rejected', /root user/));
  });

  it('that is wrong is said to be', async () => {
    const other = { ...fakeKeys, accessKeyId: 'AKIAOTHEROTHEROTHERO' };
    await assert.rejects(
      awsIam.check(setUp({}, { keys: other }).client),
      failsAs('unauthenticated'),
    );
    const secretAccessKey = 'another';
    const { client } = setUp({}, { keys: { ...fakeKeys, secretAccessKey } });
    await assert.rejects(awsIam.check(client), failsAs('unauthenticated', /SignatureDoesNotMatch/));
  });
});

describe('users of IAM', () => {
  const service: FakeIamUser = { id: 'AIDASERVICESERVICE01', name: 'ci-deploy' };
  const admin: FakeIamUser = {
    ...{ id: 'AIDAADMINADMINADMIN1', name: 'admin-7', tags: { owner: 'e-7' } },
    ...{ password: true, groups: ['Admins'] },
  };

  it('are found by name and by tag, with the number HR knows, on whatever page', async () => {
    const { client } = setUp({}, { users: [service, admin], pageSize: 1 }, { ownerTag: 'Owner' });
    const found = await usersOf(client, person);
    assert.deepEqual(
      found.map(({ login, status }) => [login, status]),
      [
        ['admin-7', 'active'],
        [email, 'active'],
      ],
    );
    assert.deepEqual(
      await usersOf(client, { ...person, email: 'x@y.example', employeeNumber: null }),
      [],
    );
  });

  it('are open while anything opens them, and only then', async () => {
    const closed: Partial<FakeIamUser> = {
      ...{ password: false, accessKeys: [{ id: 'AKIAPRIYAPRIYAPRIYA2', active: false }] },
      ...{ sshKeys: [], services: [], certificates: [] },
    };
    const status = async (more: Partial<FakeIamUser>) =>
      (await usersOf(setUp({ ...closed, ...more }).client, person))[0]?.status;
    assert.equal(await status({}), 'suspended');
    const { accessKeys, sshKeys, services, certificates } = priya() as Required<FakeIamUser>;
    for (const one of [
      { accessKeys },
      { sshKeys },
      { services },
      { certificates },
      { password: true },
    ]) {
      assert.equal(await status(one), 'active', Object.keys(one)[0]);
    }
  });

  it('are privileged by themselves, by a group, and by policies of your own', async () => {
    const own = 'arn:aws:iam::123456789012:policy/AdministratorAccess';
    const privileged = async (changes: Partial<FakeIamUser>, group: object = {}, policy = '{}') => {
      const groups = [{ id: 'AGPADEVELOPERSDEVEL1', name: 'Developers', ...group }];
      const { client } = setUp(changes, { groups, policies: { [own]: policy } });
      return (await usersOf(client, person))[0]?.privileged;
    };
    const aws = 'arn:aws:iam::aws:policy/AdministratorAccess';
    assert.equal(await privileged({}), false);
    assert.equal(await privileged({ attached: [aws] }), true);
    assert.equal(await privileged({ inline: { all: JSON.stringify(allow('*')) } }), true);
    assert.equal(await privileged({}, { attached: [aws] }), true);
    assert.equal(await privileged({}, { inline: { all: JSON.stringify(allow('iam:*')) } }), true);
    const harmless = JSON.stringify(allow('s3:Get*'));
    assert.equal(await privileged({ attached: [own] }, {}, harmless), false);
    assert.equal(await privileged({ attached: [own] }, {}, JSON.stringify(allow('*'))), true);
  });

  it('are not called nobody when IAM refuses to tell', async () => {
    const { client } = setUp({}, { denied: new Set(['GetAccountAuthorizationDetails']) });
    const missing = failsAs('forbidden', /iam:GetAccountAuthorizationDetails is not allowed/);
    await assert.rejects(usersOf(client, person), missing);
  });

  it('are known by their ids when they are called something else', async () => {
    const { client, user, accountId } = setUp();
    user.name = 'priya.rao';
    assert.equal(await client.nameOf(accountId), 'priya.rao');
    // And somebody else who has the name now is not taken for her.
    user.name = 'gone';
    await assert.rejects(client.nameOf('AIDANOBODYNOBODYNOBO'), failsAs('not-found'));
  });

  it('are all listed, services too', async () => {
    const { client } = setUp({}, { users: [service] });
    const all: Account[] = [];
    for await (const it of awsIam.accounts!.list(client)) all.push(it);
    assert.deepEqual(
      all.map(({ login, status }) => [login, status]),
      [
        ['ci-deploy', 'suspended'],
        [email, 'active'],
      ],
    );
  });
});

describe('a policy', () => {
  const makes = (statement: object) => makesAdministrator(JSON.stringify({ Statement: statement }));

  it('makes an administrator by whatever leads to everything, for everybody', () => {
    const statement = { Effect: 'Allow', Resource: '*' };
    for (const Action of [
      '*',
      'iam:*',
      'IAM:Put*',
      'iam:?ttachUserPolicy',
      ['s3:Get*', 'sts:AssumeRole'],
    ]) {
      assert.ok(makes({ ...statement, Action }), String(Action));
    }
    assert.ok(makes({ ...statement, NotAction: ['organizations:*'] }));
    assert.ok(makes({ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::x' }));
    assert.ok(makesAdministrator('no JSON at all'));
  });

  it('makes none by reading, by keys of one’s own, or by denying', () => {
    const own = 'arn:aws:iam::*:user/$' + '{aws:username}';
    assert.ok(!makes({ Effect: 'Allow', Action: 'iam:CreateAccessKey', Resource: own }));
    assert.ok(!makes({ Effect: 'Allow', Action: ['iam:Get*', 's3:*'], Resource: '*' }));
    assert.ok(!makes({ Effect: 'Deny', Action: '*', Resource: '*' }));
    assert.ok(!makes({ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' }));
  });

  it('only denies when no statement allows', () => {
    const deny = { Effect: 'Deny', Action: '*', Resource: '*' };
    assert.ok(onlyDenies(JSON.stringify({ Statement: deny })));
    assert.ok(!onlyDenies(JSON.stringify({ Statement: [deny, ...allow('s3:*').Statement] })));
    assert.ok(!onlyDenies('no JSON'));
  });
});
