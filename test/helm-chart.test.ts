import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readConfiguration } from '../src/operate/configuration.ts';

const chart = path.join(import.meta.dirname, '../deploy/helm');
const values = parse(readFileSync(path.join(chart, 'values.yaml'), 'utf8')) as unknown;

/**
 * As helm would: the templates use nothing but the name of the release, values, and `quote`, so that what they become
 * can be told without helm, which is not among the programs of the tests.
 */
function rendered(text: string): string {
  return text.replaceAll(/\{\{(.*?)\}\}/g, (_, action: string) => {
    if (action === ' .Release.Name ') return 'gate';
    const [, where = '', quoted] = /^ \.Values\.([\w.]+)( \| quote)? $/.exec(action) ?? [];
    const value = where
      .split('.')
      .reduce<unknown>((it, name) => (it as Record<string, unknown> | undefined)?.[name], values);
    assert.ok(['string', 'number'].includes(typeof value), `{{${action}}} cannot be told`);
    return quoted ? JSON.stringify(value) : String(value);
  });
}

const Container = z.object({
  args: z.tuple([z.enum(['web', 'work', 'scribe'])]),
  image: z.string(),
  env: z.array(
    z.object({
      name: z.string(),
      value: z.string().optional(),
      valueFrom: z
        .object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) })
        .optional(),
    }),
  ),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
  livenessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
  readinessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    privileged: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});

const Deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.int().min(1),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.object({ runAsNonRoot: z.literal(true), fsGroup: z.int() }),
        containers: z.tuple([Container]),
        volumes: z.array(
          z.object({
            name: z.string(),
            secret: z
              .object({
                secretName: z.string(),
                defaultMode: z.int(),
                items: z.array(z.object({ key: z.string(), path: z.string() })),
              })
              .optional(),
          }),
        ),
      }),
    }),
  }),
});

const Any = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
});

const documents = globSync('templates/*.yaml', { cwd: chart })
  .toSorted()
  .flatMap((file) =>
    // Kubernetes reads YAML 1.1, in which 0400 is octal.
    parseAllDocuments(rendered(readFileSync(path.join(chart, file), 'utf8')), {
      version: '1.1',
    }).map((it) => {
      assert.deepEqual(it.errors, [], file);
      return it.toJS() as unknown;
    }),
  );

const purposesOf = {
  web: ['web', 'subject'],
  work: ['connection', 'subject'],
  scribe: ['signing', 'subject'],
};

describe('the chart in deploy/helm', () => {
  const deployments = documents
    .filter((it) => Any.parse(it).kind === 'Deployment')
    .map((it) => Deployment.parse(it));

  it('has one deployment for each role, and lets the others be evicted one at a time', () => {
    const kinds = documents.map((it) => {
      const { kind, metadata } = Any.parse(it);
      return `${kind} ${metadata.name}`;
    });
    assert.deepEqual(kinds.toSorted(), [
      'Deployment gate-scribe',
      'Deployment gate-web',
      'Deployment gate-work',
      'PersistentVolumeClaim gate-mark',
      'PodDisruptionBudget gate-web',
      'PodDisruptionBudget gate-work',
      'Service gate-web',
    ]);
  });

  for (const { metadata, spec } of deployments) {
    const { labels } = spec.template.metadata;
    const [container] = spec.template.spec.containers;
    const [role] = container.args;

    it(`gives the ${role} its own address of the database and its own keys, and nothing of the others`, () => {
      assert.equal(metadata.name, `gate-${role}`);
      const secrets = container.env.filter((it) => it.valueFrom);
      assert.deepEqual(
        secrets.map((it) => it.name),
        [`DATABASE_URL_${role.toUpperCase()}`],
      );
      const keys = spec.template.spec.volumes.find(({ name }) => name === 'keys')!.secret!;
      assert.equal(keys.secretName, `gatehouse-${role}`);
      assert.equal(keys.secretName, secrets[0]!.valueFrom!.secretKeyRef.name);
      assert.equal(keys.defaultMode, 0o400);
      assert.deepEqual(
        keys.items.map(({ path: file }) => file),
        purposesOf[role].map((it) => `${it}.key`),
      );
    });

    it(`configures the ${role} as it can be read, and asks it on a port that it opens`, () => {
      const address = `postgres://gatehouse_${role === 'work' ? 'worker' : role}:x@db/gatehouse`;
      const read = readConfiguration({
        workingDirectory: '/',
        environment: Object.fromEntries(
          container.env.map(({ name, value }) => [name, value ?? address]),
        ),
      });
      assert.ok(read.ok, JSON.stringify(read));
      const { keysDirectory, metricsListen } = read.configuration;
      assert.ok(container.volumeMounts.some((it) => it.mountPath === keysDirectory));
      const asked = container.livenessProbe.httpGet.port;
      const port = container.ports.find(({ name }) => name === asked)?.containerPort;
      assert.equal(port, metricsListen.port);
      for (const [name, value] of Object.entries(spec.selector.matchLabels)) {
        assert.equal(labels[name], value);
      }
      const volumes = new Set(spec.template.spec.volumes.map(({ name }) => name));
      assert.ok(container.volumeMounts.every(({ name }) => volumes.has(name)));
    });
  }
});
