import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { authorizeReading, showEntry } from '#app/audit.ts';
import { hashesBetween, leavesBetween, proofOfEntry, showSeal } from '#app/seal.ts';
import {
  AuditEntry,
  allFactTypes,
  EntryParam,
  FactTypes,
  Leaves,
  PlacesQuery,
  Seal,
  SealQuery,
} from '../contract/seal.ts';
import { limitRate, searchLimit } from '../rate-limit.ts';
import { type Api, iso, json, problems } from '../route.ts';
import { eventOnWire } from './audit.ts';

const tags = ['Audit'];

const seal = createRoute({
  method: 'get',
  path: '/audit/seal',
  operationId: 'showSeal',
  summary: 'What the record was signed as, and the keys',
  tags,
  request: { query: SealQuery },
  responses: { 200: json('The signed state', Seal), ...problems },
});

const hashes = createRoute({
  method: 'get',
  path: '/audit/hashes',
  operationId: 'readHashes',
  summary: 'The leaves of the tree: 32 bytes for each fact, at most 65,536 facts at once',
  tags,
  request: { query: PlacesQuery },
  responses: {
    200: {
      description: 'Hashes, one after the other',
      content: { 'application/octet-stream': { schema: z.string() } },
    },
    ...problems,
  },
});

const leaves = createRoute({
  method: 'get',
  path: '/audit/leaves',
  operationId: 'readLeaves',
  summary: 'Facts to the byte, the oldest first, at most 2,000 at once. Reading is itself a fact',
  tags,
  request: { query: PlacesQuery },
  responses: { 200: json('Those that the caller may see', Leaves), ...problems },
});

const entry = createRoute({
  method: 'get',
  path: '/audit/entries/{index}',
  operationId: 'showEntry',
  summary: 'One fact, with those on both sides of it. Looking is itself a fact',
  tags,
  request: { params: EntryParam },
  responses: { 200: json('The fact', AuditEntry), ...problems },
});

const proof = createRoute({
  method: 'get',
  path: '/audit/entries/{index}/proof',
  operationId: 'takeProof',
  summary: 'One fact with the proof that it is in the signed tree, and what checks it with openssl',
  tags,
  request: { params: EntryParam },
  responses: {
    200: { description: 'The files', content: { 'application/zip': { schema: z.string() } } },
    ...problems,
  },
});

const types = createRoute({
  method: 'get',
  path: '/audit/types',
  operationId: 'listFactTypes',
  summary: 'Everything that the record can state',
  tags,
  responses: { 200: json('The types of facts', FactTypes), ...problems },
});

export function sealRoutes(api: Api, app: App, nowMs: () => number): void {
  api.openapi(types, (c) => {
    authorizeReading(c.get('caller'));
    return c.json(allFactTypes, 200);
  });
  api.openapi(seal, async (c) => {
    const { size = null } = c.req.valid('query');
    const { note, signedAt, minIndex, ...rest } = await showSeal(app, c.get('caller'), size);
    const signed = { checkpoint: note, signedAt: iso(signedAt), prunedBelow: minIndex };
    return c.json({ ...rest, ...signed }, 200);
  });
  api.openapi(hashes, async (c) => {
    const bytes = await hashesBetween(app, c.get('caller'), c.req.valid('query'));
    return c.body(new Uint8Array(bytes), 200, { 'content-type': 'application/octet-stream' });
  });
  api.openapi(leaves, async (c) => {
    const found = await leavesBetween(app, c.get('caller'), c.req.valid('query'));
    const items = found.leaves.map(({ idx, leaf }) => ({ index: idx, leaf }));
    return c.json({ items, isPart: found.isPart }, 200);
  });
  api.get('/audit/entries/:index', limitRate(searchLimit, nowMs));
  api.openapi(entry, async (c) => {
    const it = await showEntry(app, c.get('caller'), c.req.valid('param').index);
    const { previous, next } = it;
    const sides = {
      previous: previous && eventOnWire(previous),
      next: next && eventOnWire(next),
    };
    return c.json({ entry: eventOnWire(it.entry), ...sides }, 200);
  });
  api.get('/audit/entries/:index/proof', limitRate(searchLimit, nowMs));
  api.openapi(proof, async (c) => {
    const { index } = c.req.valid('param');
    const bytes = await proofOfEntry(app, c.get('caller'), index);
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="entry-${index}.zip"`,
    });
  });
}
