import { signatureProblem } from '#connector-kit/testing/aws-signature.ts';
import { json } from '#connector-kit/testing/fake-service.ts';
import { actions } from './fake-actions.ts';
import { type Body, errorXml, IamError, xmlOf } from './fake-xml.ts';

export interface FakeIamUser {
  readonly id: string;
  name: string;
  readonly tags?: Readonly<Record<string, string>>;
  password?: boolean;
  accessKeys?: FakeCredential[];
  sshKeys?: FakeCredential[];
  services?: (FakeCredential & { readonly service: string })[];
  certificates?: FakeCredential[];
  /** Serial numbers. */
  factors?: string[];
  /** Names of groups. */
  groups?: string[];
  /** ARNs. */
  attached?: string[];
  inline?: Record<string, string>;
}

export interface FakeCredential {
  readonly id: string;
  active: boolean;
}

interface FakeGroup {
  readonly id: string;
  readonly name: string;
  readonly attached?: readonly string[];
  readonly inline?: Readonly<Record<string, string>>;
}

export interface FakeIamOptions {
  readonly users: FakeIamUser[];
  readonly groups?: readonly FakeGroup[];
  /** Policies of your own: ARN and document. */
  readonly policies?: Readonly<Record<string, string>>;
  /** Virtual MFA devices, by serial number; whoever has one is in `users`. */
  readonly virtualFactors?: Set<string>;
  /** Whose key may call. */
  readonly self?: { readonly arn: string; readonly id: string };
  readonly keys?: typeof fakeKeys;
  /** How many reads still show what was before a change. */
  readonly lateBy?: number;
  /** Actions that the caller is not allowed, such as DeleteUser. */
  readonly denied?: ReadonlySet<string>;
  /** How many things a page holds at most. */
  readonly pageSize?: number;
}

export type World = Required<
  Pick<FakeIamOptions, 'users' | 'groups' | 'policies' | 'virtualFactors' | 'self'>
> & {
  readonly pageSize: number;
};

const account = '123456789012';
export const arnOf = (kind: string, name: string) => `arn:aws:iam::${account}:${kind}/${name}`;
export const fakeKeys = { accessKeyId: 'AKIAPRACTICEPRACTICE', secretAccessKey: 'not-so-secret' };

const refusals = {
  'not signed': 'MissingAuthenticationToken',
  'another key': 'InvalidClientTokenId',
  wrong: 'SignatureDoesNotMatch',
} as const;

/** IAM in memory, as its service description says it answers: XML, signatures, pages, and changes that show late. */
export function fakeIam(options: FakeIamOptions) {
  const { groups = [], policies = {}, virtualFactors = new Set<string>(), lateBy = 0 } = options;
  const self = options.self ?? { arn: arnOf('user', 'gatehouse'), id: 'AIDAGATEHOUSEGATEHOUSE' };
  const world: World = {
    ...{ users: options.users, groups, policies, virtualFactors, self },
    pageSize: options.pageSize ?? 1_000,
  };
  const asked: string[] = [];
  let failure: Response | null = null;
  let before: { readonly world: World; reads: number } | null = null;

  function answer(action: string, params: URLSearchParams): Body {
    const handler = actions[action];
    if (!handler) throw new IamError(400, 'InvalidAction', `Could not find operation ${action}`);
    if (options.denied?.has(action)) {
      const user = params.get('UserName');
      const words = `User: ${self.arn} is not authorized to perform: iam:${action} on resource: user ${user}`;
      throw new IamError(
        403,
        'AccessDenied',
        `${words} because no identity-based policy allows it`,
      );
    }
    if (/^(Get|List)/.test(action)) {
      const late = before && before.reads-- > 0 ? before.world : world;
      return handler(late, params);
    }
    const was = lateBy > 0 ? structuredClone(world) : null;
    const body = handler(world, params);
    if (was) before = { world: was, reads: lateBy };
    return body;
  }

  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    if (failure) {
      const it = failure;
      failure = null;
      return it;
    }
    const url = new URL(request.url);
    const body = await request.text();
    const params = request.method === 'GET' ? url.searchParams : new URLSearchParams(body);
    const action = params.get('Action') ?? '';
    try {
      // IAM answers JSON to whoever asks for it, which it documents nowhere.
      if (request.headers.get('accept')?.includes('json')) return json(200, {});
      const { method, headers } = request;
      const problem = signatureProblem(
        { method, headers, url, body },
        { ...fakeKeys, ...options.keys, service: 'iam' },
      );
      if (problem)
        throw new IamError(403, refusals[problem], 'The request is not signed as it should be.');
      asked.push(action);
      return xmlOf(action, answer(action, params));
    } catch (error) {
      if (error instanceof IamError) return errorXml(error);
      throw error;
    }
  }

  return {
    fetch,
    world,
    users: world.users,
    /** Every action, in its order. */
    asked,
    failNext(status: number, code: string, message = 'Refused') {
      failure = errorXml(new IamError(status, code, message));
    },
  };
}
